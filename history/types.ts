import type { About } from '../contract/about.ts'
import type { ChannelInfo } from '../contract/history.ts'
import type { Entry, Sender } from '../contract/message.ts'
import type { NameRange } from '../contract/nameRanges.ts'

/** A message as its sender sends it, before the log gives it a position and a time. */
export interface Draft {
  /** UUID v7, made by the caller; a repeat does not keep it. */
  id: string
  channel: string
  type: string
  sender: Sender
  /** The message on the same channel that it is about. */
  about?: About | undefined
  /** Whether its sender may change what others wrote on this channel. */
  isModerator?: boolean | undefined
  /** JSON text. */
  data: string
  /** The real sender, whatever name the message bears; idempotency keys belong to the principal. */
  principal: string
  /** The principal's idempotency key for this channel, or null. */
  key: string | null
}

export interface Appended {
  entry: Entry
  epoch: string
  /** The id of the message before it in the log; '' for the log's first, and for a repeat. */
  link: string
  /** True if the idempotency key was used before: `entry` is then the first message, and nothing was appended. */
  repeated: boolean
}

/** The end of a log: the last position given out in this epoch. */
export interface Head {
  epoch: string
  position: number
  /** The id of the message at `position`; '' if the log is empty. */
  id: string
}

/** What a read of the log says about its mark, at the same moment. */
export interface Marked {
  /** The id of the message at the mark; '' if there is none, or none any more. */
  idAt: string
}

export interface Heads extends Head, Marked {
  /** The position of each channel's last message; 0 if there is none. */
  channels: Map<string, number>
  /** The low watermark of each channel from which messages have been removed: all of it at or below are gone. */
  lows: Map<string, number>
}

/** The log between two positions. */
export interface ScanQuery {
  /** The epoch of the positions; in another one they mean something else, and the read throws `unavailable`. */
  epoch: string
  /** Exclusive. */
  after: number
  /** Inclusive. It must not be beyond the log's head: the answer would call a range complete while messages are still to come. */
  upTo: number
  /** All, if undefined. */
  channels?: readonly string[] | undefined
  /** For the messages' data. */
  maxBytes: number
}

export interface MarkedScanQuery extends ScanQuery {
  /** A position whose message's id is answered too. */
  mark?: number
}

export interface RangeQuery extends ScanQuery {
  channels: readonly string[]
  /** Maximum number of messages. */
  limit: number
}

/** A range of the log, or as much of its beginning as fits the limits. */
export interface Range {
  /** In position order; at least one if there is any, however large. */
  entries: Entry[]
  /** How far this is complete: to the requested end, or to the last of these messages if there may be more. */
  upTo: number
}

export interface ScannedRange extends Range, Marked {
  /** The log's head at that moment. If it is below the requested end, the log went back since somebody looked at its head. */
  position: number
  /** The id of the message at `upTo`; '' if there is none. */
  id: string
}

export interface LastQuery {
  channels: readonly string[]
  /** Maximum number of messages of each channel. */
  count: number
  /** For the data of all together. */
  maxBytes: number
}

export interface Last {
  epoch: string
  /** The log's head. */
  position: number
  /** In position order; if not all fit, the oldest are left out, but never the newest. */
  entries: Entry[]
}

export interface ChannelNamesQuery {
  /** In order; none touches another. */
  ranges: readonly NameRange[]
  /** Names up to there are left out. */
  after: string
  /** Names to look at, at most; each range has the same share. */
  looks: number
}

export interface ChannelNames {
  /** In the order of the bytes of their names. */
  channels: ChannelInfo[]
  /** Where to go on, as `after`; undefined if these are all. */
  end: string | undefined
}

/** The messages at some positions, in their order, as many as fit; undefined in place of one that has been removed. */
export type MessagesAt = (Entry | undefined)[]

/** Bounds are exclusive positions; `from` is inclusive and `to` exclusive. A filter that is undefined lets all messages through. */
export interface PageQuery {
  /** A hundred at most, each once. Their messages come in position order. */
  channels: readonly string[]
  /** The sender's id. */
  sender?: string | undefined
  type?: string | undefined
  /** The position of the message that they are about. */
  about?: number | undefined
  before?: number | undefined
  after?: number | undefined
  from?: Date | undefined
  to?: Date | undefined
  /** Changes of other messages are left out, and shown in those. */
  isFolded?: boolean | undefined
  limit: number
  order: 'asc' | 'desc'
  /** In another epoch the read throws `unavailable`: for whoever goes on from a page. */
  epoch?: string | undefined
}

/** The part of a page that is still to be read. */
export interface RestQuery extends PageQuery {
  epoch: string
  /** For one read; less than usual if more took too long. */
  readBytes: number
}

/**
 * A page of at most `limit` messages, and about 4 MB unless its first message is larger. It is read chunk by chunk. All that it
 * says beside the messages is known with the first chunk, and of the same moment.
 */
export interface Page {
  /** Its first messages, in the requested order; at least one if it has any. */
  entries: Entry[]
  /** Reads the others; undefined if these are all. */
  rest: RestQuery | undefined
  /** The position of its last message, which may be among the others; undefined if it has none. */
  last: number | undefined
  /** The position of the last message of all its channels; 0 if there is none. */
  head: number
  /** The channel's low watermark: every message of it at or below has been removed. */
  low: number
  /** Whether there may be more after `end`. Then a page may also be short, or empty: a read looks only at so many messages. */
  more: boolean
  /** Where the same query goes on: at its last message, or at the last one that it looked at. Undefined if there was none. */
  end: number | undefined
  epoch: string
}
