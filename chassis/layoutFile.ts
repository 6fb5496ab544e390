import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { type LogRule, MAX_LOG_ID, MAX_LOGS } from '../contract/channelLogs.ts'
import { isPattern } from '../contract/grants.ts'

/** A log's number, and the names of the servers that it is on; the kind of server that it leaves out has the plain address. */
export type LayoutLog = z.output<typeof layoutLog>

/** What LAYOUT_FILE holds: no secret, so that it may lie in a repository. */
export interface LayoutFile {
  logs: LayoutLog[]
  rules: LogRule[]
}

const id = z.int().min(0).max(MAX_LOG_ID)
const server = z
  .string()
  .regex(/^[a-z0-9_]{1,32}$/, 'expected 1 to 32 of a to z, 0 to 9 and "_"')
  .optional()

const layoutLog = z.strictObject({ id, postgres: server, redis: server, broker: server })

const rule = z.strictObject({
  pattern: z
    .string()
    .refine(
      (text) => isPattern(text) && !text.includes('{'),
      'expected a pattern of channels, without {sub}',
    ),
  log: id,
})

const layoutFile = z
  .strictObject({
    logs: z.array(layoutLog).min(1).max(MAX_LOGS),
    rules: z.array(rule).max(1_000).default([]),
  })
  .superRefine(({ logs, rules }, context) => {
    // With another mistake these would be its consequences.
    if (context.issues.length > 0) return
    const complain = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message })
    const ids = logs.map((log) => log.id)
    for (const [index, log] of ids.entries()) {
      if (ids.indexOf(log) < index) complain(['logs', index, 'id'], 'expected each log once')
    }
    for (const [index, { log }] of rules.entries()) {
      if (!ids.includes(log)) complain(['rules', index, 'log'], 'expected one of the logs')
    }
    const ruled = new Set(rules.map(({ log }) => log))
    if (ids.every((log) => ruled.has(log))) {
      complain(['rules'], 'expected a log that no rule names, for all other channels')
    }
  })

/** One that cannot be read is as one without JSON. */
export function layoutText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** The file, or a sentence for each mistake. None repeats what is in the file. */
export function parseLayoutFile(text: string): { file: LayoutFile } | { mistakes: string[] } {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return { mistakes: ['LAYOUT_FILE: expected a file with JSON'] }
  }
  const { data, error } = layoutFile.safeParse(json)
  if (data !== undefined) return { file: data }
  const mistakes = error.issues.map(
    ({ path, message }) =>
      `LAYOUT_FILE: ${path.length === 0 ? '' : `${path.join('.')}: `}${message}`,
  )
  return { mistakes }
}
