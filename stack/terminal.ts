import { z } from 'zod'

/** How a server's line begins, or what it holds, when it reports trouble. Redis marks half of what it says as a warning. */
const TROUBLE: Record<string, RegExp> = {
  postgres: /\b(?:FATAL|PANIC|ERROR|WARNING): /,
  redis: /# (?:Fatal|Error|Failed|Can't|Could not|Out Of Memory)/i,
  mosquitto: /(?:^|: )(?:Error|Warning)\b/,
  // Its `error` is a request that went wrong, such as one for a service that has just died.
  nginx: /\[(?:crit|alert|emerg)\]/,
}
const PINO_LEVELS = new Map([
  ['40', 'warn'],
  ['50', 'error'],
  ['60', 'fatal'],
])

/**
 * What of a line in a log is worth a look at the terminal: the services' warnings and errors, shortened; what they wrote that is
 * not their logger's, such as a crash; and the servers' own warnings. Undefined for the rest, which stays in the file.
 */
export function worthShowing(role: string, line: string): string | undefined {
  const trouble = TROUBLE[role]
  if (trouble !== undefined) return trouble.test(line) ? line : undefined
  if (!line.startsWith('{')) return line
  return shorten(line)
}

const Entry = z.object({
  level: z.union([z.string(), z.number()]),
  msg: z.string().default(''),
  err: z.object({ message: z.string() }).optional(),
})

function shorten(line: string): string | undefined {
  const { data } = z.preprocess(parseJson, Entry).safeParse(line)
  if (data === undefined) return line
  const word = PINO_LEVELS.get(String(data.level)) ?? String(data.level)
  if (!['warn', 'error', 'fatal'].includes(word)) return undefined
  const cause = data.err === undefined ? '' : ` (${data.err.message})`
  return `${word}: ${data.msg}${cause}`
}

function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    return undefined
  }
}
