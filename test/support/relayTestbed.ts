import type { Redis } from 'ioredis'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { createBridgeMetrics, type BridgeMetrics } from '../../bridge/metrics.ts'
import { Relay } from '../../bridge/relay.ts'
import type { Log } from '../../bridge/relayPorts.ts'
import type { LinkedEntry } from '../../contract/message.ts'
import { RedisKeys } from '../../contract/redisKeys.ts'
import type { LogWriter } from '../../history/logWriter.ts'
import type { Opened } from './disposables.ts'
import { testDatabase } from './testDatabase.ts'
import { draft, openLog, openSql, type Sql } from './testLog.ts'
import { copyKeys, extentOf, openRedis, openRedisLog } from './testRedis.ts'
import { uniquePrefix } from './uniquePrefix.ts'
import { waitFor } from './waitFor.ts'

/** Relays between a real log and a real Redis. */
export class RelayTestbed {
  readonly sql: Sql
  readonly log: LogWriter
  readonly redis: Redis
  readonly keys = new RedisKeys(uniquePrefix(), 0)
  /** The epoch of the copy under test. */
  epoch: string
  readonly #relays: Relay[] = []

  static async open(opened: Opened): Promise<RelayTestbed> {
    const url = await testDatabase()
    // Half of it is for one channel.
    const log = openLog(url, opened, { appendQueueBytes: 40_000_000 })
    const { epoch } = await log.head()
    return new RelayTestbed(openSql(url, opened), log, await openRedis(opened), epoch)
  }

  private constructor(sql: Sql, log: LogWriter, redis: Redis, epoch: string) {
    this.sql = sql
    this.log = log
    this.redis = redis
    this.epoch = epoch
  }

  /** Call this after each test: the next one empties the log, and a running relay would believe that the log went back. */
  close(): Promise<unknown> {
    return Promise.all(this.#relays.map((relay) => relay.close()))
  }

  /** Resolves when the relay follows the log; `ended` are the epochs that it ends. */
  async start(
    connection = this.redis,
    log: Log = this.log,
  ): Promise<{ relay: Relay; metrics: BridgeMetrics; ended: string[] }> {
    const metrics = createBridgeMetrics(new Registry())
    const ended: string[] = []
    const relay = new Relay({
      log,
      copy: openRedisLog(connection, this.keys, { recentLength: 5_000 }),
      metrics,
      onEpochEnded: (epoch) => void ended.push(epoch),
      logger: pino({ level: 'silent' }),
      tickMs: 100,
      reorderWaitMs: 40,
      after: (ms, run) => void setTimeout(run, ms).unref(),
    })
    this.#relays.push(relay)
    relay.start()
    await waitFor(() => relay.follows)
    return { relay, metrics, ended }
  }

  /** Appends messages to the log, and returns their copies for MQTT. */
  async post(count: number): Promise<LinkedEntry[]> {
    const answers = await Promise.all(Array.from({ length: count }, () => this.log.append(draft())))
    return answers.map((answer) => ({ ...answer.entry, link: answer.link }))
  }

  /** The encodings in Redis. */
  async copied(connection = this.redis): Promise<string[]> {
    const items = await connection.xrange(this.keys.recent(this.epoch, 'lobby'), '-', '+')
    return items.map(([, [, sealed = '']]) => {
      return copyKeys.openMessage(this.epoch, 'lobby', sealed) ?? ''
    })
  }

  async headInRedis(connection = this.redis): Promise<number> {
    return (await extentOf(connection, this.keys, this.epoch))?.position ?? -1
  }

  /** Waits until Redis has the whole log. */
  async levelled(): Promise<void> {
    await waitFor(async () => (await this.headInRedis()) === (await this.log.head()).position)
  }

  /** Puts the log of one channel back to this number of messages, and changes nothing else. */
  async putBack(head: number): Promise<void> {
    await this.sql(`delete from "message" where "position" > ${head}`)
    await this.sql(`update "channel" set "head" = ${head}, "count" = ${head}`)
    await this.sql(`update "log" set "head" = ${head},
      "last_id" = (select "id" from "message" where "position" = ${head})`)
  }

  /** Waits until the log has another epoch, and Redis follows it. */
  async ended(): Promise<void> {
    const before = this.epoch
    await waitFor(async () => (await this.log.head()).epoch !== before)
    this.epoch = (await this.log.head()).epoch
    await this.levelled()
  }
}

export async function value(metric: BridgeMetrics['fetched']): Promise<number> {
  return (await metric.get()).values[0]?.value ?? 0
}
