import type { Redis } from 'ioredis'
import type { RedisLog } from '../../bridge/redisLog.ts'
import { RedisKeys } from '../../contract/redisKeys.ts'
import { RedisReplay } from '../../gateway/replay/redisReplay.ts'
import type { ReplayQuery } from '../../gateway/replay/replay.ts'
import type { Opened } from './disposables.ts'
import { copyKeys, entry, openRedis, openRedisLog, placeAt } from './testRedis.ts'
import { uniquePrefix } from './uniquePrefix.ts'

/** The log from 11 on: a11 b12 a13 a14 b15; before it, a had 10 and b had 4. Redis has never had the messages below. */
export const LOG = [
  entry(11, 10, 'a'),
  entry(12, 4, 'b'),
  entry(13, 11, 'a'),
  entry(14, 13, 'a'),
  entry(15, 12, 'b'),
]
export const EXTENT = { epoch: 'e1', ...placeAt(15), low: 10 }

/** The recent streams in Redis, written by the bridge's code, and their reader. */
export class TestRecent {
  readonly keys = new RedisKeys(uniquePrefix(), 0)
  readonly redis: Redis
  readonly log: RedisLog
  readonly replay: RedisReplay
  /** Refused copies. */
  refusals = 0
  /** The positions of the channels' last messages, as the gateway knows them. */
  heads: Record<string, number> = { a: 14, b: 15 }

  private constructor(redis: Redis) {
    this.redis = redis
    this.replay = new RedisReplay(redis, this.keys, copyKeys, () => this.refusals++)
    this.log = openRedisLog(redis, this.keys)
  }

  static async start(opened: Opened): Promise<TestRecent> {
    const run = new TestRecent(await openRedis(opened))
    await run.log.append(await run.log.open('e1', placeAt(10)), LOG)
    return run
  }

  query(channels: string[], after: number, upTo: number, limit = 100): ReplayQuery {
    const heads = channels.map((name) => this.heads[name] ?? 0)
    return { epoch: 'e1', channels, heads, after, upTo, limit }
  }

  /** The messages and the position up to which they are complete; undefined if Redis proves nothing. */
  async read(...asked: Parameters<TestRecent['query']>): Promise<string | undefined> {
    const found = await this.replay.read(this.query(...asked))
    if (found === undefined) return undefined
    const names = found.entries.map(({ channel, position }) => channel + position)
    return [...names, `up to ${found.upTo}`].join(' ')
  }

  /** The name of a channel's stream. */
  recent(channel: string): string {
    return this.keys.recent('e1', channel)
  }

  /** Deletes single messages, like an attacker. */
  async remove(channel: string, ...positions: number[]): Promise<void> {
    await this.redis.xdel(this.recent(channel), ...positions.map((position) => `${position}-0`))
  }

  /** Replaces the entries of a channel's stream by these texts. */
  async write(channel: string, texts: Record<number, string>): Promise<void> {
    await this.redis.del(this.recent(channel))
    for (const [position, text] of Object.entries(texts)) {
      await this.redis.xadd(this.recent(channel), `${position}-0`, 'm', text)
    }
  }

  async writeExtent(sealed: string): Promise<void> {
    await this.redis.set(this.keys.extent('e1'), sealed)
  }
}
