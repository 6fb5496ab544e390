import { type EventId, LOG_IDS_START } from './eventId.ts'

/** The SSE `id` of a stream over several logs: a place in each log that the stream has begun in, by the number of the log. */
export type LogIds = ReadonlyMap<number, EventId>

/**
 * `~A4cb2996e-k7qB326ece88-1z`: for each log its number in the letters A to Z, its epoch, and a position in base 36. The capital
 * letters part the logs. Seven logs fit into 128 bytes, and sixteen into 300.
 */
export const LOG_IDS = /^~(?:[A-Z]{1,4}[a-z0-9]{1,16}-[a-z0-9]{1,11}){1,64}$/

const ONE_OF_THEM = /([A-Z]+)([a-z0-9]+)-([a-z0-9]+)/g
const LETTERS = 26
const A = 65

/** One log's part of such an id; the parts stand in the order of the logs' numbers. */
export function formatLogId(log: number, { epoch, position }: EventId): string {
  return `${lettersOf(log)}${epoch}-${position.toString(36)}`
}

/** The whole id. */
export function formatLogIds(ids: LogIds): string {
  const logs = [...ids].sort(([one], [other]) => one - other)
  return LOG_IDS_START + logs.map(([log, id]) => formatLogId(log, id)).join('')
}

/** Undefined for any text that Causeway would not have written. */
export function parseLogIds(text: string): LogIds | undefined {
  if (!LOG_IDS.test(text)) return undefined
  const ids = new Map<number, EventId>()
  for (const [, letters = '', epoch = '', digits = ''] of text.matchAll(ONE_OF_THEM)) {
    const position = Number.parseInt(digits, 36)
    if (!Number.isSafeInteger(position)) return undefined
    ids.set(numberOf(letters), { epoch, position })
  }
  // Only one text has these places: no leading zeros, no log twice, and all in order.
  return formatLogIds(ids) === text ? ids : undefined
}

function lettersOf(log: number): string {
  const last = String.fromCharCode(A + (log % LETTERS))
  return log < LETTERS ? last : lettersOf(Math.floor(log / LETTERS)) + last
}

function numberOf(letters: string): number {
  let number = 0
  for (let index = 0; index < letters.length; index++) {
    number = number * LETTERS + letters.charCodeAt(index) - A
  }
  return number
}
