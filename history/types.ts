import type { Entry, Sender } from '../contract/message.ts'

/** A message as its sender wants it, before the log has given it a position and a time. */
export interface Draft {
  /** UUID v7, made by the caller; kept only if the draft is not a repeat. */
  id: string
  channel: string
  type: string
  sender: Sender
  /** JSON text. */
  data: string
  /** The sender's idempotency key for this channel, or null. */
  key: string | null
}

export interface Appended {
  entry: Entry
  epoch: string
  /** True where the idempotency key had been used before: `entry` is then the first message, and nothing was appended. */
  repeated: boolean
}

/** Where a log is: the last position given out, in this life of it. */
export interface Head {
  epoch: string
  position: number
}

/** Bounds are exclusive positions; `from` is inclusive and `to` exclusive. */
export interface PageQuery {
  channel: string
  before?: number | undefined
  after?: number | undefined
  from?: Date | undefined
  to?: Date | undefined
  limit: number
  order: 'asc' | 'desc'
}

export interface Page {
  /** At most `limit`, and about 4 MB unless the first alone is larger, in the order asked for. */
  entries: Entry[]
  /** The position of the channel's last message; 0 where there is none. */
  head: number
  /** Whether the same query would give further entries beyond the last of these. */
  more: boolean
}
