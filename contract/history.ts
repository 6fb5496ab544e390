import type { Message } from './message.ts'

/** The answer of `GET /history`. */
export interface HistoryPage {
  /** If the query names one; with several it is `channels`. */
  channel?: string
  channels?: string[]
  messages: Message[]
  /**
   * The position of the last message of these channels; 0 if none. A stream with `since=<head>` continues without a seam. Also 0 if
   * these channels are of several logs, which have no common positions.
   */
  head: number
  /** Every message of the channel at or below this position has been removed; 0: none was. */
  low: number
  /** If these channels are of several logs: what stands for `head`, as `after` of the same query. */
  heads?: string | undefined
  /** Complete URLs, or null at the end: `next` goes on in the page's order, `prev` goes back. */
  next: string | null
  prev: string | null
}

/** The answer of `GET /history` with `q`. */
export interface SearchPage {
  messages: (Message & {
    /** An excerpt of the texts in its data. The parts with odd numbers, from 0 on, are what was looked for. */
    highlight: string[]
    /** With `order=rank`: more is better. */
    rank?: number
  })[]
  /** The log's head; 0 if it searched several logs, which have no common positions. */
  head: number
  /** Only messages above `after` and up to `upTo` can be found, and only changes up to `upTo` count. Not over several logs. */
  searched?: { after: number; upTo: number } | undefined
  /** The address of the rest, or null. */
  next: string | null
}

/** The answer of `GET /channels`. */
export interface ChannelsPage {
  channels: (ChannelAnswer & {
    /** Null if it has been removed. */
    last: Message | null
  })[]
  /** The address of the rest, or null. */
  next: string | null
}

/** The answer of `GET /channels/{channel}`. */
export interface ChannelAnswer extends ChannelInfo {
  /** How many people are present, as `GET /presence` counts them; null if Redis does not say it in time. */
  occupancy: number | null
}

/** What the log has of a channel. */
export interface ChannelInfo {
  name: string
  head: number
  /** How many there are, without those that were removed. */
  messages: number
}
