import type { ControlEvent, ControlEvents } from '../../contract/events.ts'
import type { ChannelsPage, HistoryPage, SearchPage } from '../../contract/history.ts'
import type { Message } from '../../contract/message.ts'

/**
 * Whether a value from the server is a message. Only fields that this folder relies on are checked. A message that fails the
 * check counts as never received, and the next message's `previous` then shows that one is missing.
 */
export function isMessage(value: unknown): value is Message {
  if (!isObject(value) || !isObject(value.sender)) return false
  const { position, previous, id, channel, type, sender, sentAt } = value
  return (
    isPosition(position) &&
    isPosition(previous) &&
    previous < position &&
    [id, channel, type, sentAt, sender.id, sender.name].every((text) => typeof text === 'string')
  )
}

/** Whether a value is what `GET /history` answers. */
export function isHistoryPage(value: unknown): value is HistoryPage {
  return (
    isObject(value) &&
    isPosition(value.head) &&
    Array.isArray(value.messages) &&
    value.messages.every(isMessage) &&
    isNext(value.next)
  )
}

/** Whether a value is what a search answers. */
export function isSearchPage(value: unknown): value is SearchPage {
  return (
    isObject(value) &&
    Array.isArray(value.messages) &&
    value.messages.every((hit) => isMessage(hit) && Array.isArray(Object(hit).highlight)) &&
    isNext(value.next)
  )
}

/** Whether a value is what `GET /channels` answers. */
export function isChannelsPage(value: unknown): value is ChannelsPage {
  return (
    isObject(value) &&
    Array.isArray(value.channels) &&
    value.channels.every((each) => isObject(each) && typeof each.name === 'string') &&
    isNext(value.next)
  )
}

const CONTROL_FIELDS: { [E in ControlEvent]: (value: Record<string, unknown>) => boolean } = {
  ready: (value) => isPosition(value.position),
  gap: (value) =>
    typeof value.channel === 'string' && isPosition(value.after) && isPosition(value.before),
  reset: () => true,
  heartbeat: (value) => value.position === undefined || isPosition(value.position),
  goodbye: () => true,
  presence: (value) => typeof value.channel === 'string' && typeof value.count === 'number',
  signal: (value) =>
    typeof value.channel === 'string' && typeof value.type === 'string' && isObject(value.sender),
}

/** Whether a value is the payload of a control event. */
export function isControl<E extends ControlEvent>(
  event: E,
  value: unknown,
): value is ControlEvents[E] {
  return isObject(value) && CONTROL_FIELDS[event](value)
}

/** Undefined if the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** The address of the next page, or null at the end. */
function isNext(value: unknown): value is string | null {
  return value === null || typeof value === 'string'
}

function isPosition(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
