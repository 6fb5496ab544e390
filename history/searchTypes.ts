import type { Entry } from '../contract/message.ts'
import type { NameRange } from '../contract/nameRanges.ts'
import type { SearchWords } from './searchWords.ts'

/** Bounds and filters are as those of a page. */
export interface SearchQuery {
  words: SearchWords
  /** Of the names of channels, in order, as `rangesOf` makes them. Undefined: all channels. */
  ranges?: readonly NameRange[] | undefined
  /** A regular expression for the names of channels, if not all in the ranges are meant. */
  channelPattern?: string | undefined
  sender?: string | undefined
  type?: string | undefined
  before?: number | undefined
  after?: number | undefined
  from?: Date | undefined
  to?: Date | undefined
  limit: number
  /** `time`: newest first. `rank`: best first, among the newest thousand. */
  order: 'time' | 'rank'
  /** By rank: only hits behind this one. */
  below?: Hit | undefined
}

export interface Hit {
  position: number
  /** Undefined by time. */
  rank: number | undefined
}

/** Where a search goes on: these instead of its own. */
export interface SearchNext {
  before: number
  below: Hit | undefined
}

export interface Found {
  hits: {
    /** Folded. */
    entry: Entry
    /** An excerpt of the texts in its data. The parts with odd numbers are what was looked for. */
    highlight: string[]
    rank: number | undefined
  }[]
  /** The log's head. */
  head: number
  /** Only messages above it can be found. */
  after: number
  /** Only messages up to it can be found, and only changes up to it count. */
  upTo: number
  /** Undefined: there are no more. */
  next: SearchNext | undefined
}
