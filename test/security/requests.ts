import { DOORS } from './doors.ts'

const BODY = '{"data":{"text":"x"}}'
export const LENGTH = `Content-Length: ${BODY.length}`
export const CHUNKED = 'Transfer-Encoding: chunked'
export const CHUNKS = `15\r\n${BODY}\r\n0\r\n\r\n`
export const HIDDEN =
  'GET /channels/smug HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: hidden\r\n\r\n'

export const head = (line: string, ...lines: string[]) =>
  `${[line, 'Host: localhost', ...lines].join('\r\n')}\r\n\r\n`
export const post = (lines: string[], body = BODY) =>
  head('POST /channels/smug/messages HTTP/1.1', 'Content-Type: application/json', ...lines) + body
export const get = (...lines: string[]) => head('GET /channels/smug HTTP/1.1', ...lines)

/** Bytes, and what each door tells: the statuses in turn, then `probe` if the connection still serves the request behind them. */
export type Row = [what: string, bytes: string, edge: string, ingest: string, gateway: string]

/** One case for each row and door. */
export const says = (rows: Row[]) =>
  rows.flatMap(([what, bytes, ...expected]) =>
    DOORS.map((door, at) => ({ what, door, bytes, expected: expected[at] ?? '' })),
  )
