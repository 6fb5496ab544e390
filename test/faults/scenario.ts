import type { Random } from '../model/random.ts'
import type { Rig } from './rig/rig.ts'
import type { RigOptions } from './rig/rigOptions.ts'
import type { Limits } from './judge/judge.ts'
import type { Subscribers } from './traffic/subscribers.ts'
import type { Publisher } from './traffic/publisher.ts'
import type { PostRecord, Retreat } from './judge/records.ts'

/** Everything that a scenario can use. */
export interface Scene {
  rig: Rig
  subscribers: Subscribers
  publisher: Publisher
  /** The channels of this run, which nothing else uses. */
  channels: readonly string[]
  random: Random
  /** Waits some seconds, scaled by `--minutes`. */
  seconds: (count: number) => Promise<void>
  /** Says that the fault is over now; without a call, it is over when `run` returns. */
  recovered: () => void
  /** A check that the judge cannot make; a false one is a violation. */
  expect: (holds: boolean, detail: string) => void
  /** Adds a line to the notes of the report. */
  note: (text: string) => void
  /** The log's head before the run; the judge ignores everything up to it. */
  base: number
  /** Saves the log's messages up to a position, before retention removes them. */
  keepLog: (upTo: number) => Promise<void>
  /** Tells the judge of a post that the usual publisher did not make. */
  posted: (record: PostRecord) => void
  /** Says that the log went back; at most once in a run. */
  wentBack: (retreat: Retreat) => void
  /** Says which logs the fault hits, by their numbers. The channels of the others must not notice. Without a call it is all. */
  strikes: (logs: readonly number[]) => void
  limits: Partial<Limits>
}

export interface Scenario {
  /** The number in the matrix of faults; a letter distinguishes variants. */
  id: string
  title: string
  /** Posts a second. */
  rate?: number
  /** Characters of padding in each post. */
  padding?: number
  limits?: Partial<Limits>
  /** Options of its own system, if it needs one. */
  own?: Partial<RigOptions>
  /** Why it cannot run here. */
  skip?: () => string | undefined
  /** Breaks something, waits, and repairs it. */
  run: (scene: Scene) => Promise<void>
}
