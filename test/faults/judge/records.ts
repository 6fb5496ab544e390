/**
 * The records of a fault run, one line of JSON each, and the judge's only input. Nothing is judged during the run: every fault can be
 * examined again, line by line. All times are milliseconds of this machine's clock.
 */
export type PostOutcome =
  /** 201: the first time for this key. */
  | 'created'
  /** 200: the key had been used before. */
  | 'repeated'
  /** Any other 4xx: definite and final. */
  | 'refused'
  /** A problem which says that nothing was stored. */
  | 'failed'
  /** No answer, or an answer that leaves open whether the message is stored. */
  | 'unknown'

/** One attempt to post. All attempts of one message share its key. */
export interface PostRecord {
  t: 'post'
  at: number
  /** The time until the answer. */
  ms: number
  key: string
  channel: string
  /** The hash of the JSON text of its data. */
  hash: string
  /** The address it was sent to. */
  via: string
  outcome: PostOutcome
  status: number
  /** The reason for a failure, in a word. */
  why?: string
  /** The position and id of the message in the answer. */
  position?: number
  id?: string
}

interface ConnectRecord {
  t: 'connect'
  at: number
  via: string
  /** The id that it resumes from; empty if it has none. */
  lastId: string
}

export interface ReadyRecord {
  t: 'ready'
  at: number
  /** The log of its channels, by number. */
  log: number
  epoch: string
  position: number
  complete: boolean
}

export interface MessageRecord {
  t: 'message'
  at: number
  epoch: string
  position: number
  previous: number
  channel: string
  id: string
  hash: string
  /** It had come before; a reader that compares positions did not pass it to its application. */
  repeat?: true
}

export interface GapRecord {
  t: 'gap'
  at: number
  channel: string
  after: number
  before: number
  reason: string
}

interface EndRecord {
  t: 'reset' | 'goodbye' | 'close'
  at: number
  /** Of a reset on a stream over several logs: the one that it is about. */
  log?: number
  why: string
}

export type ChainRecord = ConnectRecord | ReadyRecord | MessageRecord | GapRecord | EndRecord

/** One subscriber over all its connections. */
export interface Chain {
  name: string
  /** The kind of reader: our own, or a package by another author. */
  kind: string
  channels: string[]
  /** The position it asked to begin after; undefined: now. */
  since?: string
  /** It reads as fast as it can, and so counts for delays and recovery. */
  isFast: boolean
  records: ChainRecord[]
}

/** A stored message, as the database has it. */
export interface Row {
  epoch: string
  position: number
  previous: number
  id: string
  channel: string
  key: string | null
  hash: string
  /** Nearly the time of the commit: taken under the log's lock. */
  sentAt: number
}

/** A sample of one process, about once a second. */
export interface SampleRecord {
  t: 'sample'
  at: number
  process: string
  rssBytes: number
}

/** The log went back to an earlier state during the run, and continued from there. */
export interface Retreat {
  /** The epoch until then. */
  epoch: string
  /** All messages above `base` until then. */
  rows: Row[]
  /** The last position that it kept. */
  after: number
  /** When its new state first became visible. */
  at: number
}

/** All records of one fault. */
export interface FaultHistory {
  posts: PostRecord[]
  chains: Chain[]
  /** All messages above `base` that the log has, and those that retention removed. */
  rows: Row[]
  retreat?: Retreat | undefined
  /** The log's head before the run. */
  base: number
  /** The log's epoch and head at the end. */
  head: { epoch: string; position: number }
  samples: SampleRecord[]
  /** The gateways' own count of open streams, after every reader has left. */
  streamsLeft: number
  fault: { from: number; to: number }
}
