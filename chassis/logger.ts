import { createRequire } from 'node:module'
import { type DestinationStream, type Level, type Logger, pino, stdTimeFunctions } from 'pino'

export type { Logger } from 'pino'

/** Bytes that wait in memory for a stalled reader of the log; beyond that, lines are dropped. */
const LOG_BUFFER_BYTES = 16_777_216

/**
 * JSON lines on stdout; readable ones if stdout is a terminal and pino-pretty (a development dependency) is installed. It removes
 * credentials in headers and passwords in addresses, anywhere in a line.
 */
export function createLogger(
  service: string,
  level: Level | 'silent',
  destination: DestinationStream = (process.stdout.isTTY ? prettyStream() : undefined) ??
    // Not synchronous, or a stalled reader of the log would stop the service.
    pino.destination({ dest: 1, sync: false, minLength: 1, maxLength: LOG_BUFFER_BYTES }),
): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: CREDENTIALS, censor: '[redacted]' },
      hooks: { streamWrite: withoutPasswords },
    },
    destination,
  )
}

/** Resolves when all lines are written. An earlier exit would reorder or lose the last ones. */
export async function flushLog(logger: Logger): Promise<void> {
  // Needs the destination's minLength of 1: with 0, pino calls back at once.
  await new Promise<void>((resolve) => logger.flush(() => resolve()))
}

const CREDENTIALS = ['', 'req.', 'res.'].flatMap((at) => [
  `${at}headers.authorization`,
  `${at}headers.cookie`,
  `${at}headers["set-cookie"]`,
])

/** Works on the finished line, because drivers put the address that they failed to reach into messages and stacks. */
export function withoutPasswords(line: string): string {
  // Anchored at "://", with classes that cannot run past a "/": no input makes this slow.
  return line.includes('://')
    ? line.replace(/:\/\/([^\s:@/"]*):[^\s/"]*@/g, '://$1:[redacted]@')
    : line
}

function prettyStream(): DestinationStream | undefined {
  try {
    const pretty: (options: object) => DestinationStream = createRequire(import.meta.url)(
      'pino-pretty',
    )
    return pretty({ colorize: true, sync: true, ignore: 'pid,hostname' })
  } catch {
    // Not installed, as in an image without development dependencies: JSON lines.
    return undefined
  }
}
