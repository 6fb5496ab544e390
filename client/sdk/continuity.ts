import type { InputOf, Step, StreamState } from './streamState.ts'
import { formatEventId, parseEventId } from '../../contract/eventId.ts'
import type { Message } from '../../contract/message.ts'
import { deliver, placeOf } from './streamPlaces.ts'

/** The state after something was heard. `position`: everything up to there is delivered, which tells where polls go on. */
export function resumeAfter(
  state: StreamState,
  { at, id }: { at: number; id: string },
  position?: number,
): StreamState {
  const polled = state.by === 'polls' && position !== undefined
  const place = polled ? placeAfter(state.since, position) : state.since
  return { ...state, heardAt: at, online: true, since: id === '' ? place : id }
}

/** If messages before this one are missing for the first time: the position after which they are; else undefined. */
export function isMissing(state: StreamState, message: Message): number | undefined {
  if (message.position <= (placeOf(state.places, message.channel).position ?? 0)) return undefined
  const known = knownUpTo(state, message.channel)
  return message.previous > known && state.missingAfter !== known ? known : undefined
}

/** Delivers a message, unless it was delivered before; and tells what is missing before it. */
export function receive(state: StreamState, input: InputOf<'message'>): Step {
  const { channel, position, previous } = input.message
  const { places } = state
  if (position <= (placeOf(places, channel).position ?? 0))
    return [resumeAfter(state, { ...input, id: '' }), []]
  const after = knownUpTo(state, channel)
  const gap = { channel, after, before: position, reason: 'lost' } as const
  return [
    {
      ...resumeAfter(state, input, position),
      places: deliver(places, channel, position),
      missingAfter: undefined,
    },
    [
      ...(previous > after ? [{ do: 'gap', gap } as const] : []),
      { do: 'deliver', message: input.message },
    ],
  ]
}

/** Up to here nothing of the channel can be missing. */
function knownUpTo({ places, lost }: StreamState, channel: string): number {
  const { position, partialUpTo } = placeOf(places, channel)
  const lostUpTo = Object.hasOwn(lost, channel) ? (lost[channel] ?? 0) : 0
  return Math.max(position ?? 0, partialUpTo, lostUpTo)
}

/** The place at a position. Polls tell positions only: the epoch is that of the place before. */
export function placeAfter(since: string, position: number): string {
  const epoch = parseEventId(since)?.epoch
  return epoch === undefined ? String(position) : formatEventId(epoch, position)
}
