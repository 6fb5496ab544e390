import type { Extent } from '../contract/extent.ts'
import type { Entry } from '../contract/message.ts'
import type { Place } from '../contract/place.ts'
import type { Fetched, LogState } from './actions.ts'

/** The log in Postgres, as the relay needs it; see LogReader. */
export interface Log {
  head: (mark: number) => Promise<LogState>
  scan: (query: {
    epoch: string
    after: number
    upTo: number
    maxBytes: number
    mark: number
  }) => Promise<Fetched>
  endEpoch: (epoch: string, place: Place) => Promise<boolean>
}

/** The copy in Redis, as the relay needs it; see RedisLog. */
export interface Copy {
  open: (epoch: string, low: Place) => Promise<Extent>
  append: (after: Extent, entries: readonly Entry[]) => Promise<Extent | undefined>
  watermark: (epoch: string) => Promise<Extent | undefined>
}
