import { createEventBuffer } from 'better-sse'
import type { ControlEvent, ControlEvents } from '../contract/events.ts'
import { formatEventId } from '../contract/eventId.ts'
import type { Entry } from '../contract/message.ts'

/** A stored message as it stands on every stream. It is rendered once per gateway, however many streams take it. */
export interface Frame {
  position: number
  previous: number
  channel: string
  text: string
}

/** The encodings are one line of JSON already; the library's default would parse nothing and quote them again. */
const buffer = createEventBuffer({ serializer: String })

/**
 * An unnamed event (`onmessage`) with the id that resumes after it. The library would look for line ends in both fields, at
 * twenty times the cost; an entry's encoding has none (see `readEntry`), and neither has an id.
 */
export function renderMessage(epoch: string, { position, previous, channel, json }: Entry): Frame {
  const text = `id:${formatEventId(epoch, position)}\ndata:${json}\n\n`
  return { position, previous, channel, text }
}

/** How an event's text ends: the time is the last field of every encoding. */
const ENDING = '2026-11-21T19:33:02.123Z"}\n\n'.length
const TIME = '2026-11-21T19:33:02.123Z'.length

/** When its message was stored, in milliseconds since 1970; NaN where its text does not end as messages do. */
export function sentAt({ text }: Frame): number {
  return Date.parse(text.slice(-ENDING, TIME - ENDING))
}

/** A named event; `id` moves the reader's cursor where it is given. */
export function renderControl<E extends ControlEvent>(
  event: E,
  data: ControlEvents[E],
  id?: string,
): string {
  buffer.event(event)
  if (id !== undefined) buffer.id(id)
  const text = buffer.data(JSON.stringify(data)).dispatch().read()
  buffer.clear()
  return text
}

/** Tells a reader how long to wait before it comes back. In milliseconds. */
export function renderRetry(ms: number): string {
  const text = buffer.retry(Math.round(ms)).dispatch().read()
  buffer.clear()
  return text
}

let heartbeat = { id: '', text: '' }

/** The last one is kept: nearly all streams are told the same position. */
export function renderHeartbeat(epoch: string, position: number): string {
  const id = formatEventId(epoch, position)
  if (heartbeat.id !== id) {
    heartbeat = { id, text: renderControl('heartbeat', { position }, id) }
  }
  return heartbeat.text
}
