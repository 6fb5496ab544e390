import type { Entry } from '../contract/message.ts'
import { COLUMNS } from './fitting.ts'
import { positionBefore } from './firstAt.ts'
import { Pool, type PoolOptions, type Query } from './pool.ts'
import { toEntry, type Row } from './row.ts'

/** Which of a channel's messages go: those up to a position, and those beyond the newest `keep`. */
export interface Bound {
  channel: string
  /** 0: none by position. */
  upTo: number
  /** Infinity: none by number. */
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

export interface Step {
  removed: number
  /** The same step again would find more. */
  more: boolean
}

export interface RetentionLogOptions extends Omit<PoolOptions, 'connections'> {
  logId: number
  /** Undefined: what is removed is gone. */
  archive?: WriteArchive | undefined
}

/** Messages in one step: 20 milliseconds' work, of which appends wait for the last few. */
const MAX_MESSAGES = 1_000
/** Channels in one step: it locks their rows. */
const MAX_CHANNELS = 100

/**
 * Removes messages from the log, by few at a time. A channel's messages go from its oldest on, so one position for each channel tells
 * what is gone. It has one connection of its own. Several processes may do this at once: each step has the log's advisory lock, or does
 * nothing.
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

  /** The next names of channels that have messages, in order; [] after the last. */
  async channelsAfter(name: string): Promise<string[]> {
    const rows = await this.#pool.query<{ name: string }>(CHANNELS, [this.#options.logId, name])
    return rows.map((row) => row.name)
  }

  /**
   * Removes the first messages within the bounds of at most MAX_CHANNELS channels, but none above `youngest`. Undefined if another
   * process removes messages now. If it rejects, nothing was removed, or the answer was lost.
   */
  step(bounds: readonly Bound[], youngest: number): Promise<Step | undefined> {
    return this.#pool.transaction(async (query) => {
      const { logId, archive } = this.#options
      const [log] = await query<LogRow>(LOCK, [logId])
      if (log?.locked !== true) return undefined
      const parameters = [
        logId,
        bounds.map(({ channel }) => channel),
        bounds.map(({ upTo }) => upTo),
        bounds.map(({ keep }) => Math.min(keep, Number.MAX_SAFE_INTEGER)),
        youngest,
      ]
      let places: Place[]
      let end: ArchiveEnd | undefined
      if (archive === undefined) places = await query<Place>(PLACES, parameters)
      else {
        const rows = await query<Row>(MESSAGES, parameters)
        places = rows
        const { epoch } = log
        if (rows.length > 0) {
          end = await archive({ id: logId, epoch }, endOf(log), rows.map(toEntry))
        }
      }
      const removed = places.length === 0 ? 0 : await remove(query, logId, places, end)
      return { removed, more: places.length === MAX_MESSAGES }
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
}

type Place = Pick<Row, 'channel' | 'position'>

async function remove(
  query: Query,
  log: number,
  places: readonly Place[],
  end: ArchiveEnd | undefined,
): Promise<number> {
  // In position order within a channel, so the last one stays.
  const ends = new Map(places.map(({ channel, position }) => [channel, Number(position)]))
  const archived = [end?.file ?? '', end?.bytes ?? 0]
  const [row] = await query<{ count: string }>(REMOVE, [
    log,
    [...ends.keys()],
    [...ends.values()],
    ...archived,
  ])
  return Number(row?.count ?? 0)
}

function endOf({ file, bytes }: LogRow): ArchiveEnd | undefined {
  return file === null ? undefined : { file, bytes: Number(bytes) }
}

const POSITION_BEFORE = positionBefore('(now() - make_interval(secs => $2::float8))')

const CHANNELS = `
  select "name" from "channel"
  where "log_id" = $1::smallint and "name" > $2::text and "count" > "removed" order by "name" limit ${MAX_CHANNELS}`

const LOCK = `
  select l."epoch", a."file", a."bytes",
    pg_try_advisory_xact_lock(hashtext('causeway retention'), l."id") as "locked"
  from "log" l left join "archive" a on a."log_id" = l."id" where l."id" = $1::smallint`

/**
 * Channel by channel along its own index, until there are enough. What is to go by number ends where so many have been counted, and
 * what is to go by position at the position: the first messages up to the later of both.
 */
const first = (columns: string): string => `
  select m.* from unnest($2::text[], $3::bigint[], $4::bigint[]) as w("name", "up_to", "keep")
    join "channel" c on c."log_id" = $1::smallint and c."name" = w."name"
    cross join lateral (
      select max("position") as "end" from (
        select "position" from "message"
        where "log_id" = $1::smallint and "channel" = w."name" and "position" > c."low"
        order by "position"
        limit greatest(0, least(${MAX_MESSAGES}, c."count" - c."removed" - w."keep"))
      ) beyond
    ) number
    cross join lateral (
      select ${columns} from "message"
      where "log_id" = $1::smallint and "channel" = w."name" and "position" > c."low"
        and "position" <= least($5::bigint, greatest(w."up_to", number."end"))
      order by "position" limit ${MAX_MESSAGES}
    ) m
  limit ${MAX_MESSAGES}`

const MESSAGES = first(COLUMNS)
const PLACES = first('"channel", "position"')

const REMOVE = `
  select remove_messages($1::smallint, $2::text[], $3::bigint[], $4::text, $5::bigint) as "count"`

const PARTITIONS = `
  select split_part(c."relname", '_', 3) as "end"
  from pg_inherits i join pg_class c on c."oid" = i."inhrelid"
  where i."inhparent" = 'message'::regclass and split_part(c."relname", '_', 2) = $1::text
  order by split_part(c."relname", '_', 3)::bigint`

const DROP = 'select drop_partition($1::smallint, $2::bigint) as "dropped"'

interface LogRow {
  epoch: string
  file: string | null
  bytes: string | null
  locked: boolean
}
