import { createEventBuffer } from 'better-sse'
import type { Cursor } from '../../contract/cursor.ts'
import type { ControlEvent, ControlEvents } from '../../contract/events.ts'
import { formatEventId } from '../../contract/eventId.ts'
import type { Entry } from '../../contract/message.ts'
import { escapeLineEnds, renderMessageEvent } from '../../contract/messageEvent.ts'
import type { Item } from './replayBuffer.ts'

/** A stored message as it stands on every stream. It is rendered once per gateway, however many streams take it. */
export interface Frame extends Item {
  text: string
  /** Bytes of memory that it holds. */
  size: number
}

/** The encodings are one line of JSON already; the library's default would parse nothing and quote them again. */
const buffer = createEventBuffer({ serializer: String })

/** The library would look for line ends, at twenty times the cost; an entry's encoding has none. */
export function renderMessage(epoch: string, { position, previous, channel, json }: Entry): Frame {
  // A fourth of what it takes to look for what is to be escaped.
  const isAscii = Buffer.byteLength(json) === json.length
  const id = formatEventId(epoch, position)
  const text = renderMessageEvent(id, isAscii ? json : escapeLineEnds(json))
  // One character that is not Latin makes every character of a string take two bytes.
  return { position, previous, channel, text, size: text.length * (isAscii ? 1 : 2) + OVERHEAD }
}

/** What a frame takes beside its text. */
const OVERHEAD = 150

/**
 * A named event. `id` moves the reader's place; `retryMs` tells it how long to wait before it comes back. Both stand in the
 * event's own block, because many readers make an event of a block without data, or do not read it.
 */
export function renderControl<E extends ControlEvent>(
  event: E,
  data: ControlEvents[E],
  { id, retryMs }: { id?: string | undefined; retryMs?: number } = {},
): string {
  if (retryMs !== undefined) buffer.retry(Math.round(retryMs))
  buffer.event(event).data(JSON.stringify(data))
  if (id !== undefined) buffer.id(id)
  const text = buffer.dispatch().read()
  buffer.clear()
  return text
}

let heartbeat = { id: '', text: '' }

/** The last one is kept, because nearly all streams are told the same place: V8 gives memory back only if little is allocated. */
export function renderHeartbeat(at: Cursor): string {
  const id = at.toString()
  if (heartbeat.id !== id) {
    heartbeat = { id, text: renderControl('heartbeat', { position: at.position }, { id }) }
  }
  return heartbeat.text
}
