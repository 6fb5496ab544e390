import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AccessChanges } from '../contract/access.ts'
import type { ChannelInfo } from '../contract/history.ts'
import type { Entry } from '../contract/message.ts'
import type { Place } from '../contract/place.ts'
import { readAccessChanges } from './accessChanges.ts'
import { readChannel, readChannelNames } from './channels.ts'
import { COLUMNS } from './fitting.ts'
import { asReader } from './databaseError.ts'
import { endEpoch } from './endEpoch.ts'
import { positionBefore } from './firstAt.ts'
import { foldEntries } from './folds.ts'
import { readHeads } from './heads.ts'
import { readLast } from './last.ts'
import { MarkerTable } from './markerTable.ts'
import { readMessagesAt } from './messagesAt.ts'
import { readPage } from './page.ts'
import { Pool } from './pool.ts'
import type { PoolOptions } from './poolConfig.ts'
import { readRange, readScan } from './range.ts'
import { Replica, type Snapshot } from './replica.ts'
import type { Reached } from './replicaState.ts'
import { toEntry, type Row } from './row.ts'
import { search } from './search.ts'
import { indexSome } from './searchIndex.ts'
import { readSentBy, type Sent } from './sentBy.ts'
import { readVersions, type Versions } from './versions.ts'
import type { Found, SearchQuery } from './searchTypes.ts'
import type {
  ChannelNames,
  ChannelNamesQuery,
  Head,
  Heads,
  Last,
  MessagesAt,
  LastQuery,
  Marked,
  MarkedScanQuery,
  Page,
  PageQuery,
  RangeQuery,
  RestQuery,
  ScannedRange,
  Range,
} from './types.ts'

export interface LogOptions extends PoolOptions {
  /** Number of the log in the database. */
  logId: number
  /** Of copies of the database that lag; ranges and pages are read there if they have all that is asked for. */
  replicaUrl?: string | undefined
}

/**
 * Reads the log in Postgres. It always reads the latest commits: a message that was acknowledged is there, also if a replica answers.
 * Every method rejects with a Problem: `unavailable` if the database is away or too slow, or has no such log.
 */
export class LogReader {
  readonly markers: MarkerTable
  readonly #pool: Pool
  readonly #logId: number
  readonly #replica: Replica | undefined
  /** One look for all pages that are asked for before it begins. */
  #looking: Promise<Head> | undefined

  constructor(options: LogOptions) {
    const { replicaUrl: databaseUrl } = options
    this.#pool = new Pool(options)
    this.#logId = options.logId
    this.markers = new MarkerTable(this.#pool, options.logId)
    this.#replica = databaseUrl === undefined ? undefined : new Replica({ ...options, databaseUrl })
  }

  /** The log's head, and the id of the message at the position `mark`. */
  async head(mark = 0): Promise<Head & Marked> {
    const { epoch, position, id, idAt } = await this.heads([], mark)
    return { epoch, position, id, idAt }
  }

  /** The same, with the heads of some channels, all at one moment. */
  heads(channels: readonly string[], mark = 0): Promise<Heads> {
    return asReader(() => readHeads(this.#pool, this.#logId, channels, mark))
  }

  /** The position before the first message that is not older than `time`; the head if there is none. */
  positionBefore(time: Date): Promise<number> {
    return asReader(async () => {
      const parameters = [this.#logId, time.toISOString()]
      const [row] = await this.#pool.query<{ position: string }>(POSITION_BEFORE, parameters)
      return Number(row?.position ?? 0)
    })
  }

  /** The newest `count` messages of each channel at the log's head; of these, the newest that fit into `maxBytes` together. */
  last(query: LastQuery): Promise<Last> {
    return asReader(() => readLast(this.#pool, this.#logId, query))
  }

  /** At most `limit` messages with `after < position <= upTo`, by each channel's index: for long ranges of few channels. */
  range(query: RangeQuery): Promise<Range> {
    const { epoch, upTo } = query
    return this.#byReplica(
      async () => ({ epoch, position: upTo }),
      (pool) => readRange(pool, this.#logId, query),
    )
  }

  /** The same for all channels or many: it goes through every position, a thousand at most. */
  scan(query: MarkedScanQuery): Promise<ScannedRange> {
    return asReader(() => readScan(this.#pool, this.#logId, query))
  }

  /** The first chunk of a page; its `rest`, passed in again, gives the next one. */
  page(query: PageQuery | RestQuery): Promise<Page> {
    return this.#byReplica(
      () => this.#headSoon(),
      (pool) => readPage(pool, this.#logId, query),
    )
  }

  /** A page of messages by words in their newest data. Throws `unavailable` if it takes too long. */
  search(query: SearchQuery): Promise<Found> {
    return asReader(() => search(this.#pool, this.#logId, query))
  }

  /** Puts some messages into the search; false if there are no more, or if another process does it. Repeat it until then. */
  indexSome(): Promise<boolean> {
    return asReader(() => indexSome(this.#pool, this.#logId))
  }

  /** One message as it was appended; or folded, if it is no change of another one. */
  message(channel: string, position: number, isFolded = false): Promise<Entry | undefined> {
    return asReader(async () => {
      const [row] = await this.#pool.query<Row>(MESSAGE, [this.#logId, position, channel])
      if (row === undefined || !isFolded) return row && toEntry(row)
      const [folded] = await foldEntries(this.#pool, this.#logId, [toEntry(row)])
      return folded
    })
  }

  /** The message and its edits, in order, from the first after a position on; undefined if there is no such message. */
  versions(channel: string, position: number, after: number): Promise<Versions | undefined> {
    return asReader(() => readVersions(this.#pool, this.#logId, { channel, position, after }))
  }

  /** What a sender wrote after a position, as it was appended, in steps. */
  sentBy(sender: string, after: number): Promise<Sent> {
    return asReader(() => readSentBy(this.#pool, this.#logId, { sender, after }))
  }

  /** Naming a channel makes it exist: one without any message has head 0 and no messages. */
  channel(name: string): Promise<ChannelInfo> {
    return asReader(() => readChannel(this.#pool, this.#logId, name))
  }

  /** Channels by ranges of their names. */
  channelNames(query: ChannelNamesQuery): Promise<ChannelNames> {
    return asReader(() => readChannelNames(this.#pool, this.#logId, query))
  }

  /** The messages at the heads of some channels: as many as fit into a megabyte, and at least one. */
  messagesAt(positions: readonly number[]): Promise<MessagesAt> {
    const query = { positions, maxBytes: HEADS_BYTES }
    return asReader(() => readMessagesAt(this.#pool, this.#logId, query))
  }

  /** At most `limit` changes of grants and revocations after a number, in order: they hold for all logs of the database. */
  accessChanges(after: number, limit: number): Promise<AccessChanges> {
    return asReader(() => readAccessChanges(this.#pool, after, limit))
  }

  /**
   * Gives the log a new epoch if it still has this one and contradicts the place (see `contradicts`). Resolves to true if it did.
   * After false, read the head again: another caller may have ended the epoch.
   */
  endEpoch(epoch: string, place: Place): Promise<boolean> {
    return asReader(() => endEpoch(this.#pool, this.#logId, epoch, place))
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.close(), this.#replica?.close()])
  }

  /** `reached`: what the answer must include. */
  #byReplica<T>(
    reached: () => Promise<Reached>,
    work: (pool: Pool) => Promise<Snapshot<T>>,
  ): Promise<T> {
    return asReader(async () => {
      const replica = this.#replica
      const found = replica && (await replica.read(await reached(), work))
      return found ?? (await work(this.#pool)).answer
    })
  }

  /** The log's head at a moment after this call: what was acknowledged before it is at or below. */
  #headSoon(): Promise<Head> {
    this.#looking ??= nextTurn().then(() => {
      this.#looking = undefined
      return this.head()
    })
    return this.#looking
  }
}

/** For the last messages of channels. */
const HEADS_BYTES = 1_000_000

const POSITION_BEFORE = positionBefore('$2')

const MESSAGE = `
  select ${COLUMNS} from "message"
  where "log_id" = $1::smallint and "position" = $2::bigint and "channel" = $3::text`
