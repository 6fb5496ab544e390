import type { ChannelInfo } from '../contract/history.ts'
import type { Entry } from '../contract/message.ts'
import { Problem } from '../contract/problem.ts'
import { Appender } from './appender.ts'
import { openDatabase, Prisma, type Database } from './database.ts'
import { databaseProblem } from './databaseError.ts'
import { readPage } from './page.ts'
import { COLUMNS, readRange, readStretch, type RangeQuery, type StretchQuery } from './range.ts'
import { toEntry, type Row } from './row.ts'
import type { Appended, Draft, Head, Page, PageQuery } from './types.ts'

export interface HistoryOptions {
  databaseUrl: string
  /** Which log of the database this is. */
  logId: number
  /** Most database connections at once. */
  connections: number
  /** Most bytes of drafts waiting to be appended. */
  maxWaitingBytes: number
  /** For trouble on idle connections. */
  onError: (error: Error) => void
}

/**
 * The log in Postgres. Every method may throw a Problem: `unavailable` where the database is away or too slow, and for an
 * append also `outcome-unknown`, `overloaded` and `idempotency-conflict`. It always reads what is committed last: a message
 * that was acknowledged is there.
 */
export class History {
  readonly #database: Database
  readonly #appender: Appender
  readonly #logId: number

  constructor(options: HistoryOptions) {
    this.#database = openDatabase({
      url: options.databaseUrl,
      connections: options.connections,
      onError: options.onError,
    })
    this.#logId = options.logId
    this.#appender = new Appender(this.#database, options.logId, options.maxWaitingBytes)
  }

  /** Resolves after the commit. */
  append(draft: Draft): Promise<Appended> {
    return this.#appender.append(draft)
  }

  page(query: PageQuery): Promise<Page> {
    return this.#guard(() => readPage(this.#database, this.#logId, query))
  }

  /** In position order over all channels, at most `limit`. */
  range(query: RangeQuery): Promise<Entry[]> {
    return this.#guard(() => readRange(this.#database, this.#logId, query))
  }

  /** In position order, all of it. */
  stretch(query: StretchQuery): Promise<Entry[]> {
    return this.#guard(() => readStretch(this.#database, this.#logId, query))
  }

  message(channel: string, position: number): Promise<Entry | undefined> {
    return this.#guard(async () => {
      const [row] = await this.#database.$queryRaw<Row[]>(Prisma.sql`
        select ${COLUMNS} from "message" where "log_id" = ${this.#logId}::smallint
          and "position" = ${position}::bigint and "channel" = ${channel}`)
      return row && toEntry(row)
    })
  }

  /** A channel exists by being named: one that nobody ever wrote to has head 0 and no messages. */
  channel(name: string): Promise<ChannelInfo> {
    return this.#guard(async () => {
      const row = await this.#database.channel.findUnique({
        where: { logId_name: { logId: this.#logId, name } },
      })
      return { name, head: Number(row?.head ?? 0), messages: Number(row?.count ?? 0) }
    })
  }

  /** The log's head, and the position of the last message of each channel (0 where there is none), at one moment. */
  heads(channels: readonly string[]): Promise<Head & { channels: Map<string, number> }> {
    return this.#guard(async () => {
      const rows = await this.#database.$queryRaw<HeadRow[]>(Prisma.sql`
        select l."epoch", l."head" as "position", wanted."name", coalesce(c."head", 0) as "head"
        from "log" l
          left join unnest(${[...channels]}::text[]) as wanted("name") on true
          left join "channel" c on c."log_id" = l."id" and c."name" = wanted."name"
        where l."id" = ${this.#logId}::smallint`)
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

  head(): Promise<Head> {
    return this.#guard(async () => {
      const log = await this.#database.log.findUnique({ where: { id: this.#logId } })
      if (log === null) throw new Problem('unavailable', `Log ${this.#logId} does not exist.`)
      return { epoch: log.epoch, position: Number(log.head) }
    })
  }

  /** The position before the first message that is not older than `time`; the head where there is none. */
  positionBefore(time: Date): Promise<number> {
    return this.#guard(async () => {
      const [row] = await this.#database.$queryRaw<{ position: bigint }[]>(Prisma.sql`
        select coalesce(
          (select "position" - 1 from "message"
            where "log_id" = ${this.#logId}::smallint and "sent_at" >= ${time}::timestamptz
            order by "sent_at", "position" limit 1),
          (select "head" from "log" where "id" = ${this.#logId}::smallint), 0) as "position"`)
      return Number(row?.position ?? 0)
    })
  }

  /**
   * Throws unless this database keeps what it acknowledges. Without fsync or synchronous_commit a crash takes back commits
   * whose senders were told 201, and gives their positions out again.
   */
  check(): Promise<void> {
    return this.#guard(async () => {
      const [row] = await this.#database.$queryRaw<Durability[]>(Prisma.sql`
        select current_setting('fsync') as "fsync",
          current_setting('synchronous_commit') as "synchronousCommit",
          exists (select from "log" where "id" = ${this.#logId}::smallint) as "exists"`)
      if (row?.exists !== true)
        throw new Problem('unavailable', `Log ${this.#logId} does not exist.`)
      if (row.fsync !== 'on') throw new Problem('unavailable', 'Postgres runs with fsync off.')
      if (row.synchronousCommit === 'off') {
        throw new Problem('unavailable', 'Postgres runs with synchronous_commit off.')
      }
    })
  }

  close(): Promise<void> {
    return this.#database.$disconnect()
  }

  async #guard<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read()
    } catch (error) {
      // To a reader a lost link is only that: there is no outcome to be unsure of.
      const problem = databaseProblem(error)
      throw problem.type === 'outcome-unknown'
        ? new Problem('unavailable', undefined, { cause: error })
        : problem
    }
  }
}

interface HeadRow {
  epoch: string
  position: bigint
  name: string | null
  head: bigint
}

interface Durability {
  fsync: string
  synchronousCommit: string
  exists: boolean
}
