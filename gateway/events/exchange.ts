import type { Socket } from 'node:net'

/** The headers that are looked at. */
export const HEADERS = [
  'accept',
  'authorization',
  'causeway-sender',
  'causeway-sender-name',
  'cookie',
  'last-event-id',
  'origin',
  'x-forwarded-for',
  'x-request-id',
] as const

/**
 * A request for `/events`, however it came in. Its answer is written to the socket, and ends it. The socket flows: what a reader
 * sends is of no interest, but only reading shows that it has left.
 */
export interface Exchange {
  method: string
  /** The query without its question mark. */
  search: string
  headers: { [name in (typeof HEADERS)[number]]?: string | string[] | undefined }
  socket: Socket
}

/** Answers `GET /events` and `HEAD /events`. Never throws. */
export type Handle = (exchange: Exchange) => void
