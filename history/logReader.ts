import type { ChannelInfo } from '../contract/history.ts'
import type { Entry } from '../contract/message.ts'
import { Problem } from '../contract/problem.ts'
import { COLUMNS } from './cut.ts'
import { readerProblem } from './databaseError.ts'
import { readLast } from './last.ts'
import { readPage } from './page.ts'
import { Pool, type PoolOptions } from './pool.ts'
import { readRange, readScan } from './range.ts'
import { toEntry, type Row } from './row.ts'
import type {
  Head,
  Last,
  LastQuery,
  Page,
  PageQuery,
  RangeQuery,
  RestQuery,
  ScanQuery,
  Stretch,
} from './types.ts'

export interface LogOptions extends PoolOptions {
  /** Which log of the database this is. */
  logId: number
}

/**
 * What is read of the log in Postgres. It always reads what is committed last: a message that was acknowledged is there. Every
 * method throws a Problem: `unavailable` if the database is away or too slow, or has no such log.
 */
export class LogReader {
  readonly #pool: Pool
  readonly #logId: number

  constructor(options: LogOptions) {
    this.#pool = new Pool(options)
    this.#logId = options.logId
  }

  async head(): Promise<Head> {
    const { epoch, position } = await this.heads([])
    return { epoch, position }
  }

  /** The log's head, and the position of the last message of each channel (0 if there is none), at one moment. */
  heads(channels: readonly string[]): Promise<Head & { channels: Map<string, number> }> {
    return this.#guard(async () => {
      const rows = await this.#pool.query<HeadRow>(HEADS, [this.#logId, channels])
      const [first] = rows
      if (first === undefined)
        throw new Problem('unavailable', `Log ${this.#logId} does not exist.`)
      return {
        epoch: first.epoch,
        position: Number(first.position),
        channels: new Map(
          rows.flatMap(({ name, head }) => (name === null ? [] : [[name, Number(head)]])),
        ),
      }
    })
  }

  /** The position before the first message that is not older than `time`; the head if there is none. */
  positionBefore(time: Date): Promise<number> {
    return this.#guard(async () => {
      const parameters = [this.#logId, time.toISOString()]
      const [row] = await this.#pool.query<{ position: string }>(POSITION_BEFORE, parameters)
      return Number(row?.position ?? 0)
    })
  }

  /** The newest `count` messages of each channel at the log's head, of which the newest that fit in `maxBytes` together. */
  last(query: LastQuery): Promise<Last> {
    return this.#guard(() => readLast(this.#pool, this.#logId, query))
  }

  /**
   * Messages of some channels with `after < position <= upTo`, at most `limit`. It goes by each channel's index: for long
   * stretches of few channels.
   */
  range(query: RangeQuery): Promise<Stretch> {
    return this.#guard(() => readRange(this.#pool, this.#logId, query))
  }

  /** The same, of all channels or of many: it goes through every position, a thousand at most. */
  scan(query: ScanQuery): Promise<Stretch> {
    return this.#guard(() => readScan(this.#pool, this.#logId, query))
  }

  /** The first piece of a page; its `rest`, asked for in the same way, gives the next one. */
  page(query: PageQuery | RestQuery): Promise<Page> {
    return this.#guard(() => readPage(this.#pool, this.#logId, query))
  }

  message(channel: string, position: number): Promise<Entry | undefined> {
    return this.#guard(async () => {
      const [row] = await this.#pool.query<Row>(MESSAGE, [this.#logId, position, channel])
      return row && toEntry(row)
    })
  }

  /** A channel exists by being named: one that nobody ever wrote to has head 0 and no messages. */
  channel(name: string): Promise<ChannelInfo> {
    return this.#guard(async () => {
      const [row] = await this.#pool.query<ChannelRow>(CHANNEL, [this.#logId, name])
      return { name, head: Number(row?.head ?? 0), messages: Number(row?.count ?? 0) }
    })
  }

  close(): Promise<void> {
    return this.#pool.close()
  }

  async #guard<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read()
    } catch (error) {
      throw readerProblem(error)
    }
  }
}

const HEADS = `
  select l."epoch", l."head" as "position", wanted."name", coalesce(c."head", 0) as "head"
  from "log" l
    left join unnest($2::text[]) as wanted("name") on true
    left join "channel" c on c."log_id" = l."id" and c."name" = wanted."name"
  where l."id" = $1::smallint`

const POSITION_BEFORE = `
  select coalesce(
    (select "position" - 1 from "message"
      where "log_id" = $1::smallint and "sent_at" >= $2::timestamptz
      order by "sent_at", "position" limit 1),
    (select "head" from "log" where "id" = $1::smallint), 0) as "position"`

const MESSAGE = `
  select ${COLUMNS} from "message"
  where "log_id" = $1::smallint and "position" = $2::bigint and "channel" = $3::text`

const CHANNEL = `
  select "head", "count" from "channel" where "log_id" = $1::smallint and "name" = $2::text`

interface HeadRow {
  epoch: string
  position: string
  name: string | null
  head: string
}

interface ChannelRow {
  head: string
  count: string
}
