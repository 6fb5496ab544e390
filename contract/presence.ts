import type { Sender } from './message.ts'

/**
 * Who is in a channel, or what has changed since the event before. With `people` it is all of them; with `joined` and `left` only
 * what changed; without either there are too many, and only their number is told.
 */
export interface PresenceEvent {
  channel: string
  /** People, however many streams each has. */
  count: number
  people?: Sender[]
  /** Somebody who was there already has another name now. */
  joined?: Sender[]
  /** Their ids. */
  left?: string[]
}

/** What `GET /presence` answers. */
export interface PresencePage {
  channels: PresenceEvent[]
}

/** For one stream: channels in which its person is. Each one costs the gateways and Redis work for as long as the stream lasts. */
export const MAX_PRESENCE_CHANNELS = 10
