import type { Sender } from '../../contract/message.ts'
import { PresenceView } from './presenceView.ts'

/** A stream, for what is ephemeral. */
export interface Listener {
  /** Writes an event; false if the reader has not taken everything, or was not told `ready` yet. */
  tell: (text: string) => boolean
}

/** Somebody who is in a channel by streams of this gateway. */
export interface Lease {
  readonly attended: Attended
  /** As it stands in Redis. */
  sealed: string
  streams: number
}

/** How somebody leaves: so that nobody sees a reconnect, or without that. */
export type Leaving = 'grace' | 'soon'

/** A channel in which people are by streams of this gateway. */
export class Attended {
  readonly view: PresenceView
  /** By their ids. */
  readonly leases = new Map<string, Lease>()
  /** The streams that hear of it, and the version that each was told last. */
  readonly listeners = new Map<Listener, number>()
  /** Those of them that could not be told the newest one. */
  readonly behind = new Set<Listener>()
  /** Those of them for whose person there was no room. */
  readonly leftOut = new Set<Listener>()
  /** Leases that end, as they stand in Redis. */
  readonly ending = new Map<string, Leaving>()
  /** All leases are renewed together by then. */
  renewAt = Infinity
  /** Leases of a renewal that is under way. */
  renewal: Iterator<Lease> | undefined
  /** Its people are not those that the view has taken last. */
  isStale = true
  /** When Redis was asked for that. */
  lookedAt = -Infinity
  /** Redis is asked again by then. */
  lookAt = Infinity
  /** The view has taken something since the streams were told. */
  hasNews = false
  /** Nothing new is told before. */
  tellAt = 0
  /** Those who are still to be told the newest version. */
  pass: Iterator<Listener> | undefined

  readonly channel: string

  constructor(channel: string, open: (sealed: string) => Sender | undefined) {
    this.channel = channel
    this.view = new PresenceView(channel, open)
  }
}
