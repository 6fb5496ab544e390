import type { Entry } from '../contract/message.ts'
import { Pool, type Query } from './pool.ts'
import type { PoolOptions } from './poolConfig.ts'
import {
  ALONG,
  BEYOND,
  CHANNELS,
  DROP,
  LOCK,
  MAX_BEYOND,
  MAX_MESSAGES,
  MESSAGES,
  PARTITIONS,
  POSITION_BEFORE,
  REMOVE,
} from './retentionSql.ts'
import { toEntry, type Row } from './row.ts'

/** A channel that has messages. */
export interface Held {
  channel: string
  /** The position of its first message. */
  first: number
  messages: number
}

/** The positions above `after`, up to `upTo`. */
export interface PositionRange {
  after: number
  upTo: number
}

/** Of the channel's messages, all but the newest `keep` go. */
export interface Bound {
  channel: string
  keep: number
}

/** How much of the archive counts. */
export interface ArchiveEnd {
  file: string
  bytes: number
}

/** Makes messages safe outside the database. `end`: as far as the archive counts; what it has beyond that is from a step that failed. */
export type WriteArchive = (
  log: { id: number; epoch: string },
  end: ArchiveEnd | undefined,
  entries: readonly Entry[],
) => Promise<ArchiveEnd>

export interface RetentionLogOptions extends Omit<PoolOptions, 'connections'> {
  logId: number
  /** Undefined: what is removed is gone. */
  archive?: WriteArchive | undefined
}

/** Bytes of data in one step, beside the first message's: the archive gets them at once. */
const MAX_BYTES = 4_194_304

/**
 * Removes messages from the log, by few at a time. A channel's messages go from its oldest on, so one position for each channel tells
 * what is gone. It has one connection of its own. Several processes may do this at once: each step has the log's advisory lock, or does
 * nothing, and its promise resolves to undefined. If a step rejects, nothing was removed, or the answer was lost.
 */
export class RetentionLog {
  readonly #pool: Pool
  readonly #options: RetentionLogOptions

  constructor(options: RetentionLogOptions) {
    this.#pool = new Pool({ ...options, connections: 1 })
    this.#options = options
  }

  /** The position before the first message that is at most so many seconds old, by the database's clock. */
  async positionBefore(seconds: number): Promise<number> {
    const [row] = await this.#pool.query<{ position: string }>(POSITION_BEFORE, [
      this.#options.logId,
      seconds,
    ])
    return Number(row?.position ?? 0)
  }

  /** The next channels that have messages, in order of their names: a hundred at most. [] after the last. */
  async channelsAfter(name: string): Promise<Held[]> {
    const rows = await this.#pool.query<HeldRow>(CHANNELS, [this.#options.logId, name])
    return rows.map(({ channel, first, messages }) => ({
      channel,
      first: Number(first),
      messages: Number(messages),
    }))
  }

  /**
   * Looks at the next messages of a range, removes those that `goes` names, and returns how far it came. No message of their channels
   * may be left below them.
   *
   * Old messages go this way, because neighbours in the log are neighbours on the disk. By channels a thousand lie on as many pages.
   */
  stepAlong(
    { after, upTo }: PositionRange,
    goes: (channel: string, position: number) => boolean,
  ): Promise<{ removed: number; reached: number } | undefined> {
    return this.#step(async (query, remove) => {
      const all = await query<PlaceRow>(ALONG, [this.#options.logId, after, upTo])
      const looked = asManyAsFit(all)
      const going = looked.filter(({ channel, position }) => goes(channel, Number(position)))
      const isEnd = all.length < MAX_MESSAGES && looked.length === all.length
      const reached = isEnd ? upTo : Number(looked.at(-1)?.position)
      return { removed: await remove(going), reached }
    })
  }

  /**
   * Removes the first messages beyond the bounds of a hundred channels at most, but none above `youngest`. `more`: the same step
   * again would find more.
   */
  stepBeyond(
    bounds: readonly Bound[],
    youngest: number,
  ): Promise<{ removed: number; more: boolean } | undefined> {
    return this.#step(async (query, remove) => {
      const all = await query<PlaceRow>(BEYOND, [
        this.#options.logId,
        bounds.map(({ channel }) => channel),
        bounds.map(({ keep }) => keep),
        youngest,
      ])
      const removed = await remove(asManyAsFit(all))
      return { removed, more: all.length === MAX_BEYOND || removed < all.length }
    })
  }

  /** Drops the log's partitions that are empty and that no message can come into any more; returns how many. */
  async dropPartitions(): Promise<number> {
    const { logId } = this.#options
    const rows = await this.#pool.query<{ end: string }>(PARTITIONS, [logId])
    let dropped = 0
    for (const { end } of rows) {
      const [row] = await this.#pool.query<{ dropped: boolean }>(DROP, [logId, end])
      if (row?.dropped === true) dropped++
    }
    return dropped
  }

  close(): Promise<void> {
    return this.#pool.close()
  }

  #step<T>(
    step: (query: Query, remove: (places: readonly PlaceRow[]) => Promise<number>) => Promise<T>,
  ): Promise<T | undefined> {
    return this.#pool.transaction(async (query) => {
      const [log] = await query<LogRow>(LOCK, [this.#options.logId])
      if (log?.locked !== true) return undefined
      return step(query, (places) => this.#remove(query, log, places))
    })
  }

  async #remove(query: Query, log: LogRow, places: readonly PlaceRow[]): Promise<number> {
    if (places.length === 0) return 0
    const { logId, archive } = this.#options
    const positions = places.map(({ position }) => Number(position))
    let end: ArchiveEnd | undefined
    if (archive !== undefined) {
      const rows = await query<Row>(MESSAGES, [logId, positions])
      end = await archive({ id: logId, epoch: log.epoch }, endOf(log), rows.map(toEntry))
    }
    const parameters = [logId, positions, end?.file ?? '', end?.bytes ?? 0]
    const [row] = await query<{ count: string }>(REMOVE, parameters)
    return Number(row?.count ?? 0)
  }
}

/** The first of them, and more until their data is too much. */
function asManyAsFit(places: readonly PlaceRow[]): readonly PlaceRow[] {
  let bytes = 0
  const beyond = places.findIndex(({ data_bytes }, at) => {
    bytes += data_bytes
    return at > 0 && bytes > MAX_BYTES
  })
  return beyond < 0 ? places : places.slice(0, beyond)
}

function endOf({ file, bytes }: LogRow): ArchiveEnd | undefined {
  return file === null ? undefined : { file, bytes: Number(bytes) }
}

type PlaceRow = Pick<Row, 'channel' | 'position'> & { data_bytes: number }

interface HeldRow {
  channel: string
  first: string
  messages: string
}

interface LogRow {
  epoch: string
  file: string | null
  bytes: string | null
  locked: boolean
}
