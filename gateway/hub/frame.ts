import { createEventBuffer } from 'better-sse'
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

/** The message's id: the first field of that name, behind two numbers. */
export function idOf({ text }: Frame): string {
  const start = text.indexOf(ID) + ID.length
  return text.slice(start, text.indexOf('"', start))
}

const ID = '"id":"'

/** What a frame takes beside its text. */
const OVERHEAD = 150

/** The last of each kind: streams that begin, beat or end together are told the same, but for the time to come back after. */
const kept = new Map<ControlEvent, { key: string; text: string }>()

/**
 * A named event. `id` moves the reader's place; `retryMs` tells it how long to wait before it comes back. Both stand in the
 * event's own block, because many readers make an event of a block without data, or do not read it.
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
