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
  /** Who really sends it, whatever name it bears; idempotency keys are theirs. */
  principal: string
  /** The principal's idempotency key for this channel, or null. */
  key: string | null
}

export interface Appended {
  entry: Entry
  epoch: string
  /** The id of the message before it in the log; '' for the log's first, and for a repeat. */
  link: string
  /** True if the idempotency key had been used before: `entry` is then the first message, and nothing was appended. */
  repeated: boolean
}

/** Where a log is: the last position given out, in this life of it. */
export interface Head {
  epoch: string
  position: number
  /** Of the message at `position`; '' if the log is empty. */
  id: string
}

/** What a read of the log tells about its mark, at the same moment. */
export interface Marked {
  /** Of the message at the mark; '' if there is none, or none any more. */
  idAt: string
}

export interface Heads extends Head, Marked {
  /** The position of the last message of each channel; 0 if there is none. */
  channels: Map<string, number>
}

/** The log between two positions. */
export interface ScanQuery {
  /** The life of the log that the positions are of; in another one they mean something else, and `unavailable` is thrown. */
  epoch: string
  /** Exclusive. */
  after: number
  /** Inclusive; not beyond the log's head, or the answer says that it is complete where messages are still to come. */
  upTo: number
  /** All, if undefined. */
  channels?: readonly string[] | undefined
  /** Of the messages' data. */
  maxBytes: number
}

export interface MarkedScanQuery extends ScanQuery {
  /** A position whose message's id is answered too. */
  mark?: number
}

export interface RangeQuery extends ScanQuery {
  channels: readonly string[]
  /** Messages at most. */
  limit: number
}

/** A part of the log, or as much of its beginning as was let through. */
export interface Range {
  /** In position order; at least one if there is any, however large. */
  entries: Entry[]
  /** How far this is complete: as far as was asked, or to the last of these if there may be more. */
  upTo: number
}

export interface ScannedRange extends Range, Marked {
  /** The log's head at that moment. Below what was asked for, the log went back since its head was looked at. */
  position: number
  /** Of the message at `upTo`; '' if there is none. */
  id: string
}

export interface LastQuery {
  channels: readonly string[]
  /** Messages of each channel at most. */
  count: number
  /** Of the data of all together. */
  maxBytes: number
}

export interface Last {
  epoch: string
  /** The log's head. */
  position: number
  /** In position order; the oldest are left out if not all fit, but never the newest. */
  entries: Entry[]
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

/** The part of a page that is still to be read. */
export interface RestQuery extends PageQuery {
  /** The life of the log that the page is of; in another one `unavailable` is thrown. */
  epoch: string
  /** Of one read; less than usual if more took too long. */
  readBytes: number
}

/**
 * A page of at most `limit` messages, and about 4 MB unless the first alone is larger. It is read chunk by chunk; all that is told
 * beside the messages is known with the first chunk, and of one moment with it.
 */
export interface Page {
  /** Its first messages, in the order asked for; at least one if it has any. */
  entries: Entry[]
  /** Reads the others; undefined if these are all. */
  rest: RestQuery | undefined
  /** The position of its last message, which may be among the others; undefined if it has none. */
  last: number | undefined
  /** The position of the channel's last message; 0 where there is none. */
  head: number
  /** Every message at or below it has been removed from the log. */
  low: number
  /** Whether the same query would give further entries beyond `last`. */
  more: boolean
}
