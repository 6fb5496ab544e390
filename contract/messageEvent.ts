import { formatEventId } from './eventId.ts'
import { encodeMessage, type Message } from './message.ts'

/** A message before the log has given it a place; `data` is JSON text. */
export type Unplaced = Pick<Message, 'id' | 'channel' | 'type' | 'sender' | 'about'> & {
  data: string
}

const LONGEST_POSITION = Number.MAX_SAFE_INTEGER
const LONGEST_EPOCH = 'z'.repeat(16)
const ANY_TIME = '2026-11-21T19:33:02.123Z'
const UNICODE_LINE_ENDS = /[\u0085\u2028\u2029]/g

/**
 * Escapes the line ends that only Unicode knows in JSON text. Clients that split a stream by Unicode's rules, like Python's
 * `splitlines`, would end the line there. In JSON they occur only in strings, where the escape means the same.
 */
export function escapeLineEnds(json: string): string {
  return json.replaceAll(
    UNICODE_LINE_ENDS,
    (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/**
 * A stored message as its event on a stream: unnamed (`onmessage`), with the id that resumes after it. `json` is escaped as
 * above. The id comes last: many readers take it as soon as its line is there. If the connection then broke before the data, they
 * would lose the message.
 */
export function renderMessageEvent(id: string, json: string): string {
  return `data:${json}\nid:${id}\n\n`
}

/** The end of such an event: the time is the last field of every encoding. */
const ENDING = '"}\nid:'

/** The time at which its message was stored, in milliseconds since 1970; NaN if the text does not end as messages do. */
export function sentAt(event: string): number {
  const end = event.lastIndexOf(ENDING)
  return Date.parse(event.slice(Math.max(0, end - ANY_TIME.length), end))
}

/** Of such an event: all but what its sender wrote. */
const FRAME_BYTES = 400
/** Most bytes of one UTF-16 code unit, which is an escape like \\u2028. */
const ESCAPE_BYTES = 6

/** Whether that event surely has no more bytes, which is so for nearly every message. To count them takes longer than to parse it. */
export function isSurelyWithin(bytes: number, { channel, type, sender, data }: Unplaced): boolean {
  const { length } = channel + type + sender.id + sender.name + data
  return FRAME_BYTES + ESCAPE_BYTES * length <= bytes
}

/** Bytes of that event, at most: it assumes the longest positions and epoch. */
export function eventBytes(message: Unplaced): number {
  const json = encodeMessage({
    ...message,
    position: LONGEST_POSITION,
    previous: LONGEST_POSITION,
    sentAt: ANY_TIME,
  })
  const id = formatEventId(LONGEST_EPOCH, LONGEST_POSITION)
  return new TextEncoder().encode(renderMessageEvent(id, escapeLineEnds(json))).length
}
