import { createEventBuffer } from 'better-sse'
import { isDeletion } from '../../contract/about.ts'
import type { Cursor } from '../../contract/cursor.ts'
import type { ControlEvent, ControlEvents } from '../../contract/events.ts'
import { formatEventId } from '../../contract/eventId.ts'
import type { Entry } from '../../contract/message.ts'
import { escapeLineEnds, renderMessageEvent } from '../../contract/messageEvent.ts'
import type { Batch, Item } from './replayBuffer.ts'

/** A stored message as every stream carries it. A gateway renders it once, however many streams get it. */
export interface Frame extends Item {
  text: string
  /** Bytes of memory that it takes. */
  size: number
}

/** The encodings are one line of JSON already; by default the library would quote them again. */
const buffer = createEventBuffer({ serializer: String })

/** The library would search for line ends, at twenty times the cost; an entry's encoding has none. */
export function renderMessage(epoch: string, { position, previous, channel, json }: Entry): Frame {
  // This takes a fourth of the search for characters to escape.
  const isAscii = Buffer.byteLength(json) === json.length
  const id = formatEventId(epoch, position)
  const text = renderMessageEvent(id, isAscii ? json : escapeLineEnds(json))
  // One non-Latin character makes every character of a string take two bytes.
  const size = text.length * (isAscii ? 1 : 2) + OVERHEAD
  return { position, previous, channel, isDeletion: isDeletion(json), text, size }
}

/** The message's id: the first field with that name, after two numbers. */
export function idOf({ text }: Frame): string {
  const start = text.indexOf(ID) + ID.length
  return text.slice(start, text.indexOf('"', start))
}

const ID = '"id":"'

/** A batch as bytes on the wire. For the first stream as a string, which Node writes without a copy on the heap; for all others the same bytes. */
export function chunkOf(batch: Batch<Frame>): string | Buffer {
  if (batch.bytes !== undefined) return batch.bytes
  if (batch.text === undefined) return (batch.text = batch.items.map(({ text }) => text).join(''))
  batch.bytes = Buffer.from(batch.text)
  batch.text = undefined
  return batch.bytes
}

/** Memory of a frame beside its text. */
const OVERHEAD = 150

/** The last event of each kind: streams that begin or end together share it, except for its `retry:`. */
const kept = new Map<ControlEvent, { key: string; text: string }>()

/**
 * A named event. `id` moves the reader's place; `retryMs` says how long to wait before a reconnect. Both stand in the event's own
 * block: many clients make an event of a block without data, or ignore it.
 */
export function renderControl<E extends ControlEvent>(
  event: E,
  data: ControlEvents[E],
  { id, retryMs }: { id?: string | undefined; retryMs?: number } = {},
): string {
  const json = JSON.stringify(data)
  const key = `${id} ${json}`
  let last = kept.get(event)
  if (last?.key !== key) {
    buffer.event(event).data(json)
    if (id !== undefined) buffer.id(id)
    last = { key, text: buffer.dispatch().read() }
    buffer.clear()
    kept.set(event, last)
  }
  return retryMs === undefined ? last.text : `retry:${Math.round(retryMs)}\n${last.text}`
}

let beat: { at: Cursor; text: string } | undefined

/** Tells how far everything has been sent: the same text for all streams at the same place, written once. A text is an id over several logs. */
export function renderHeartbeat(at: Cursor | string): string {
  if (typeof at === 'string') return renderControl('heartbeat', {}, { id: at })
  if (beat?.at !== at) {
    beat = {
      at,
      text: renderControl('heartbeat', { position: at.position }, { id: at.toString() }),
    }
  }
  return beat.text
}
