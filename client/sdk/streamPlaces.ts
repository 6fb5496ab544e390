import type { ControlEvents } from '../../contract/events.ts'

/** How far a channel of a stream is. */
interface Place {
  /** Everything up to here was delivered; undefined until the server says where a stream without a position begins. */
  readonly position: number | undefined
  /** Up to here only the last few messages were requested (`-N`), so nothing is missing between them. */
  readonly partialUpTo: number
}

/** Each channel has its own place: channels of several logs count their positions apart. */
export interface StreamPlaces {
  readonly isPartial: boolean
  /** The place of the channels that no `ready` has named. */
  readonly others: Place
  readonly channels: ReadonlyMap<string, Place>
}

/** `since` as `GET /events` takes it. Only the server can read an id. */
export function startPlaces(since: string): StreamPlaces {
  const position = /^\d+$/.test(since) ? Number(since) : undefined
  return {
    isPartial: since.startsWith('-'),
    others: { position, partialUpTo: 0 },
    channels: new Map(),
  }
}

export function placeOf({ channels, others }: StreamPlaces, channel: string): Place {
  return channels.get(channel) ?? others
}

/** The channels of a `ready` begin at its position, unless they were at a place of their own. `isFirst`: of this stream. */
export function beginPlaces(
  places: StreamPlaces,
  { position: at, channels: named }: ControlEvents['ready'],
  isFirst: boolean,
): StreamPlaces {
  const { isPartial, others } = places
  const fresh = isPartial
    ? { position: undefined, partialUpTo: at }
    : { position: at, partialUpTo: 0 }
  // A position that was asked for is exact; the server may be ahead.
  const first = others.position === undefined ? fresh : others
  const channels = new Map(places.channels)
  for (const name of Object.keys(named)) {
    if (!channels.has(name)) channels.set(name, isFirst ? first : fresh)
  }
  return { isPartial, others: isFirst ? first : others, channels }
}

export function deliver(places: StreamPlaces, channel: string, position: number): StreamPlaces {
  const channels = new Map(places.channels)
  return { ...places, channels: channels.set(channel, { ...placeOf(places, channel), position }) }
}

/** Everything up to a position was sent, on all channels. */
export function cover(places: StreamPlaces, position: number): StreamPlaces {
  const covered = (place: Place): Place => ({
    ...place,
    position: Math.max(place.position ?? 0, position),
  })
  const channels = [...places.channels].map(([name, place]) => [name, covered(place)] as const)
  return { ...places, others: covered(places.others), channels: new Map(channels) }
}
