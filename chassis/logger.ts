import { createRequire } from 'node:module'
import { type DestinationStream, type Level, type Logger, pino, stdTimeFunctions } from 'pino'

export type { Logger } from 'pino'

/** What a stalled reader of the log leaves in memory; beyond it lines are dropped. */
const LOG_BUFFER_BYTES = 16_777_216

/**
 * JSON lines on stdout; readable ones where stdout is a terminal and pino-pretty (a development dependency) is there.
 * Credentials in headers and passwords in addresses are struck out, wherever in a line they are.
 */
export function createLogger(
  service: string,
  level: Level | 'silent',
  destination: DestinationStream = (process.stdout.isTTY ? prettyStream() : undefined) ??
    // Not synchronous: a reader of the log that stalls would stop the service.
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

/** Resolves when all lines are written. Exiting before puts the last ones out of order, or cuts them off. */
export async function flushLog(logger: Logger): Promise<void> {
  // Needs the destination's minLength of 1: with 0 pino calls back at once.
  await new Promise<void>((resolve) => logger.flush(() => resolve()))
}

const CREDENTIALS = ['', 'req.', 'res.'].flatMap((at) => [
  `${at}headers.authorization`,
  `${at}headers.cookie`,
  `${at}headers["set-cookie"]`,
])

/** On the finished line, because drivers put the address that they failed to reach into messages and stacks. */
export function withoutPasswords(line: string): string {
  // Anchored at "://" and with classes that cannot run past a "/", so that no input makes this slow.
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
    // Not installed, as in an image without development dependencies: JSON it is.
    return undefined
  }
}
