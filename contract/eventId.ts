/**
 * The SSE `id`: `<epoch>-<position>`. It resumes any set of channels, because positions are of the log and not of a channel.
 * Short ASCII on purpose: a `Last-Event-ID` over 128 bytes or with CORS-unsafe bytes would cost a preflight.
 */
export interface EventId {
  /** Names one life of the log: lower-case letters and digits, at most 16. */
  epoch: string
  position: number
}

const ID = /^([a-z0-9]{1,16})-(0|[1-9][0-9]{0,15})$/

export function formatEventId(epoch: string, position: number): string {
  return `${epoch}-${position}`
}

/** Undefined for anything that Causeway would not have written itself. */
export function parseEventId(text: string): EventId | undefined {
  const [, epoch, digits] = ID.exec(text) ?? []
  const position = Number(digits)
  return epoch !== undefined && Number.isSafeInteger(position) ? { epoch, position } : undefined
}
