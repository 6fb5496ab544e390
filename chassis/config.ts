import type { z } from 'zod'

/** EX_CONFIG of sysexits.h: it tells a supervisor that the configuration is wrong, not that the process crashed. */
const EXIT_CONFIG = 78

/** Variables of the environment. */
export type Env = Record<string, string | undefined>

type ParsedConfig<S extends z.ZodObject> =
  { config: z.output<S> } | { help: string } | { mistakes: string[] }

/**
 * Reads a service's configuration from the environment, or ends the process: with 0 after `--help`, and with 78 after one line on
 * stderr for each mistake. Only `main.ts` calls it, once.
 */
export function readConfig<S extends z.ZodObject>(service: string, schema: S): z.output<S> {
  const { env, argv } = process
  const parsed = parseConfig(service, schema, { env, argv: argv.slice(2) })
  if ('config' in parsed) return parsed.config
  if ('help' in parsed) {
    process.stdout.write(parsed.help)
    return process.exit(0)
  }
  return endWithMistakes(service, parsed.mistakes)
}

/** Ends the process because its configuration is wrong. */
export function endWithMistakes(service: string, mistakes: readonly string[]): never {
  process.stderr.write(mistakes.map((mistake) => `${service}: ${mistake}\n`).join(''))
  return process.exit(EXIT_CONFIG)
}

/** `argv` is without the program and its script. An empty variable counts as unset: Compose and charts write empty ones. */
export function parseConfig<S extends z.ZodObject>(
  service: string,
  schema: S,
  { env, argv }: { env: Env; argv: string[] },
): ParsedConfig<S> {
  if (argv.includes('--help')) return { help: help(service, schema) }
  // It reads only the schema's own variables; the rest of the environment belongs to others.
  const given = Object.keys(schema.shape).map((name) => [name, env[name] || undefined])
  const result = schema.safeParse(Object.fromEntries(given))
  const mistakes = [
    ...argv.map((_, index) => `argument ${index + 1}: the only argument is --help`),
    ...(result.error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`),
  ]
  return result.success && mistakes.length === 0 ? { config: result.data } : { mistakes }
}

function help(service: string, schema: z.ZodObject): string {
  const rows = [
    ['variable', 'default', 'meaning'],
    ...Object.entries<z.ZodType>(schema.shape).map(([name, variable]) => [
      name,
      fallback(variable),
      variable.description ?? '',
    ]),
  ]
  const [first, second] = [0, 1].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  const lines = rows.map(([name = '', value = '', meaning = '']) =>
    `${name.padEnd(first ?? 0)}  ${value.padEnd(second ?? 0)}  ${meaning}`.trimEnd(),
  )
  return `${service} reads its configuration from environment variables:\n\n${lines.join('\n')}\n`
}

/** What an unset variable becomes. The schema answers that, so the table cannot disagree with it. */
function fallback(variable: z.ZodType): string {
  const unset = variable.safeParse(undefined)
  if (!unset.success) return 'required'
  return [unset.data].flat().join(',') || '(empty)'
}
