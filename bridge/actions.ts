import type { Extent } from '../contract/extent.ts'
import type { Entry, LinkedEntry } from '../contract/message.ts'
import type { Place } from '../contract/place.ts'

/** What the sequencer wants done; it takes each answer in one of its methods. */
export type Action =
  | { type: 'open'; epoch: string; low: Place }
  | { type: 'append'; after: Extent; entries: LinkedEntry[] }
  | { type: 'fetch'; epoch: string; after: Place; upTo: number }
  | { type: 'end'; epoch: string; place: Place }
  | { type: 'wait'; head: number }

/** A place in one epoch; for another epoch it means nothing. */
export interface Mark extends Place {
  epoch: string | undefined
}

/** The log at a look: its head, and the id of the message at the mark. */
export interface LogState extends Place {
  epoch: string
  idAt: string
}

/** What was read of a hole, and the id that the log has just before it. */
export interface Fetched {
  entries: readonly Entry[]
  idAt: string
}
