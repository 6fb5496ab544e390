/**
 * The SSE `id` of a stream over channels of one log: `<epoch>-<position>`. It resumes any set of channels, because positions count the log's messages, not a
 * channel's. It is short ASCII on purpose: a `Last-Event-ID` over 128 bytes, or with bytes that CORS calls unsafe, would cost a
 * preflight.
 */
export interface EventId {
  /** Names one life of the log: 1 to 16 lower-case letters and digits. */
  epoch: string
  position: number
}

export const EVENT_ID = /^([a-z0-9]{1,16})-(0|[1-9][0-9]{0,15})$/

export function formatEventId(epoch: string, position: number): string {
  return `${epoch}-${position}`
}

/** Undefined for any text that Causeway would not have written. */
export function parseEventId(text: string): EventId | undefined {
  const [, epoch, digits] = EVENT_ID.exec(text) ?? []
  const position = Number(digits)
  return epoch !== undefined && Number.isSafeInteger(position) ? { epoch, position } : undefined
}

/** How the id of a stream over channels of several logs begins; see `logIds.ts`. */
export const LOG_IDS_START = '~'
