/**
 * What a fault run writes down, one line of JSON each, and what its judge reads. Nothing is judged while it happens: whatever
 * went wrong can be looked at again, line by line. All times are milliseconds of this machine's clock.
 */
export type PostOutcome =
  /** 201: the first time for this key. */
  | 'created'
  /** 200: the key had been used before. */
  | 'repeated'
  /** Any other 4xx: certain, and for good. */
  | 'refused'
  /** A problem that says that nothing was stored. */
  | 'failed'
  /** No answer, or one that leaves open whether the message is stored. */
  | 'unknown'

/** One attempt to post; all attempts of one message have its key. */
export interface PostRecord {
  t: 'post'
  at: number
  /** How long the answer took. */
  ms: number
  key: string
  channel: string
  /** Of the JSON of its data. */
  hash: string
  /** By which address it went in. */
  via: string
  outcome: PostOutcome
  status: number
  /** What went wrong, in a word. */
  why?: string
  /** Of the answer's message. */
  position?: number
  id?: string
}

export interface ConnectRecord {
  t: 'connect'
  at: number
  via: string
  /** The id that it resumes from; empty where it has none. */
  lastId: string
}

export interface ReadyRecord {
  t: 'ready'
  at: number
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
  /** It had come before; a reader that looks at positions has not shown it to its application. */
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

export interface EndRecord {
  t: 'reset' | 'goodbye' | 'close'
  at: number
  why: string
}

export type ChainRecord = ConnectRecord | ReadyRecord | MessageRecord | GapRecord | EndRecord

/** One subscriber over all its connections. */
export interface Chain {
  name: string
  /** What reads: our own reader, or a package that no one here wrote. */
  kind: string
  channels: string[]
  /** Where it asked to begin; undefined: now. */
  since?: string
  /** Reads as fast as it can, and so counts for delays and recovery. */
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
  /** Of the commit, nearly: taken under the log's lock. */
  sentAt: number
}

/** A look at one process, about once a second. */
export interface SampleRecord {
  t: 'sample'
  at: number
  process: string
  rssBytes: number
}

/** The log went back to an earlier state while all was running, and goes on from there: it has lived twice. */
export interface Retreat {
  /** Of the log until then. */
  epoch: string
  /** All that it had above `base` until then. */
  rows: Row[]
  /** The last position that it still had afterwards. */
  after: number
  /** When its new state could first be seen. */
  at: number
}

/** Everything about one fault. */
export interface FaultHistory {
  posts: PostRecord[]
  chains: Chain[]
  /** All messages above `base` that the log has, and those that retention has removed. */
  rows: Row[]
  retreat?: Retreat | undefined
  /** The log's head before the run. */
  base: number
  /** What the log says of itself at the end. */
  head: { epoch: string; position: number }
  samples: SampleRecord[]
  /** The gateways' own count of open streams, after every reader has left. */
  streamsLeft: number
  fault: { from: number; to: number }
}
