import type { Random } from '../model/random.ts'
import type { Rig, RigOptions } from './bench.ts'
import type { Limits } from './checker.ts'
import type { Subscribers } from './subscribers.ts'
import type { Publisher } from './publisher.ts'
import type { Retreat } from './records.ts'

/** What a scenario has in its hands. */
export interface Scene {
  rig: Rig
  subscribers: Subscribers
  publisher: Publisher
  /** The channels of this run; nobody else uses them. */
  channels: readonly string[]
  random: Random
  /** Waits so many seconds, more or fewer by `--minutes`. */
  seconds: (count: number) => Promise<void>
  /** The fault is over now; without it, when `run` returns. */
  recovered: () => void
  /** Notes what the checker cannot know; a false one is a violation. */
  expect: (holds: boolean, detail: string) => void
  /** A line for the table. */
  note: (text: string) => void
  /** The log's head before the run: the judge looks at nothing up to it. */
  base: number
  /** Keeps what the log has now, up to a position, before retention takes it away. */
  keepLog: (upTo: number) => Promise<void>
  /** The log has gone back, once in a run at most. */
  wentBack: (retreat: Retreat) => void
  limits: Partial<Limits>
}

export interface Scenario {
  /** As in the matrix of faults; a letter tells variants apart. */
  id: string
  title: string
  /** Posts a second. */
  rate?: number
  /** Characters of padding in each post. */
  padding?: number
  limits?: Partial<Limits>
  /** It needs a system of its own. */
  own?: Partial<RigOptions>
  /** Why it cannot be run here. */
  skip?: () => string | undefined
  /** Breaks something, waits, and mends it. */
  run: (scene: Scene) => Promise<void>
}
