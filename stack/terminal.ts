import { z } from 'zod'

/** How a server's line begins, or what it contains, when it reports trouble. Redis marks half of its lines as warnings. */
const TROUBLE: Record<string, RegExp> = {
  postgres: /\b(?:FATAL|PANIC|ERROR|WARNING): /,
  redis: /# (?:Fatal|Error|Failed|Can't|Could not|Out Of Memory)/i,
  mosquitto: /(?:^|: )(?:Error|Warning)\b/,
  // Its `error` is a request that failed, such as one for a service that has just died.
  nginx: /\[(?:crit|alert|emerg)\]/,
}
/** Some of them move the cursor, or change colours and titles; a client can bring them into a server's line. */
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g
const SHOWN_LEVELS = new Set(['warn', 'error', 'fatal'])
const Entry = z.object({
  level: z.string(),
  msg: z.string().default(''),
  err: z.object({ message: z.string() }).optional(),
})

/**
 * What the terminal shows of a log line: services' warnings and errors, shortened; other output of theirs, such as a crash; and
 * servers' own warnings. Undefined for the rest, which stays in the file.
 */
export function worthShowing(role: string, line: string): string | undefined {
  return shortened(role, line)?.replace(CONTROLS, '\u00b7')
}

function shortened(role: string, line: string): string | undefined {
  const trouble = TROUBLE[role]
  if (trouble !== undefined) return trouble.test(line) ? line : undefined
  const { data } = z.preprocess(parseJson, Entry).safeParse(line)
  if (data === undefined) return line
  if (!SHOWN_LEVELS.has(data.level)) return undefined
  return `${data.level}: ${data.msg}${data.err === undefined ? '' : ` (${data.err.message})`}`
}

function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    return undefined
  }
}
