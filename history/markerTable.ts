import { asReader } from './databaseError.ts'
import { leaveMarker, moveMarkers, readMarkers, type Marker, type Markers } from './markers.ts'
import type { Pool } from './pool.ts'
import { readMarks, readUnread, type Unread, type Wanted } from './unread.ts'

/**
 * Up to where people have read. The table is in one database for all logs; how much is unread is asked of each log. Every method rejects
 * with a Problem, `unavailable` if the database is away or too slow.
 */
export class MarkerTable {
  readonly #pool: Pool
  readonly #logId: number

  constructor(pool: Pool, logId: number) {
    this.#pool = pool
    this.#logId = logId
  }

  /** See readMarkers. */
  read(principal: string, only: Parameters<typeof readMarkers>[2]): Promise<Markers> {
    return asReader(() => readMarkers(this.#pool, principal, only))
  }

  /** See moveMarkers. A move may be repeated. */
  move(principal: string, markers: readonly Marker[]): Promise<boolean> {
    return asReader(() => moveMarkers(this.#pool, principal, markers))
  }

  /** See leaveMarker. */
  leave(principal: string, channel: string): Promise<void> {
    return asReader(() => leaveMarker(this.#pool, principal, channel))
  }

  /** What is unread for somebody on channels of this log, in no order. */
  unread(reader: string, markers: readonly Marker[]): Promise<Unread[]> {
    return asReader(() => readUnread(this.#pool, this.#logId, reader, markers))
  }

  /** Where markers on channels of this log are to stand; see readMarks. */
  marks(wanted: readonly Wanted[]): Promise<Marker[]> {
    return asReader(() => readMarks(this.#pool, this.#logId, wanted))
  }
}
