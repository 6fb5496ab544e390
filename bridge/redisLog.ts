import type { Redis } from 'ioredis'
import type { Entry } from '../contract/message.ts'
import { RedisKeys } from '../contract/redisKeys.ts'
import { hasShardedPubSub } from '../chassis/redis.ts'

export interface RedisLogOptions {
  /** Most messages kept in a channel's recent stream. */
  recentLength: number
  /** How long a channel's recent stream is kept after its last message. */
  recentSeconds: number
}

/**
 * The copy of the log in Redis, written only through three scripts. Each is atomic, so two bridges can run at once: what
 * one has written, the other finds done.
 */
export class RedisLog {
  readonly #redis: Redis
  readonly #keys: RedisKeys
  readonly #options: RedisLogOptions
  #publishing: Promise<string> | undefined

  constructor(redis: Redis, keys: RedisKeys, options: RedisLogOptions) {
    this.#redis = redis
    this.#keys = keys
    this.#options = options
    redis.defineCommand('causewayOpen', { numberOfKeys: 2, lua: OPEN })
    redis.defineCommand('causewayAppend', { lua: APPEND })
    redis.defineCommand('causewayBeacon', { numberOfKeys: 2, lua: `${TELL}\nreturn extent[1]` })
    redis.on('close', () => (this.#publishing = undefined))
  }

  /** The head of the epoch's copy; where there is none, begins one after `floor` and returns that. */
  async open(epoch: string, floor: number): Promise<number> {
    const keys = [this.#keys.head(epoch), this.#keys.beacon]
    const args = [...keys, await this.#publish(), epoch, HEAD_TTL_MS, floor]
    return Number(await call(this.#redis, 'causewayOpen', args))
  }

  /**
   * Appends entries that follow each other without a hole, the first at `after + 1`, and publishes each to its channel.
   * Those that Redis has already are passed over. Returns the head it then has; less than `after` where it has lost some and
   * so could not append; undefined where it is empty.
   */
  async append(
    epoch: string,
    after: number,
    entries: readonly Entry[],
  ): Promise<number | undefined> {
    const channels = [...new Set(entries.map((entry) => entry.channel))]
    const index = new Map(channels.map((channel, at) => [channel, at]))
    const reply = await call(this.#redis, 'causewayAppend', [
      1 + 2 * channels.length,
      this.#keys.head(epoch),
      ...channels.flatMap((channel) => [
        this.#keys.recent(epoch, channel),
        this.#keys.live(epoch, channel),
      ]),
      after,
      await this.#publish(),
      this.#options.recentLength,
      this.#options.recentSeconds * 1000,
      ...entries.flatMap((entry) => [2 + 2 * (index.get(entry.channel) ?? 0), entry.json]),
    ])
    return reply === null ? undefined : Number(reply)
  }

  /** Tells the gateways where the copy is, and returns its head. Empty, it is not told of, and undefined returned. */
  async beacon(epoch: string): Promise<number | undefined> {
    const args = [this.#keys.head(epoch), this.#keys.beacon, await this.#publish(), epoch]
    const reply = await call(this.#redis, 'causewayBeacon', [...args, HEAD_TTL_MS])
    return reply === null ? undefined : Number(reply)
  }

  /** Asked again after every connect: it may be another server by then. The gateways ask the same question. */
  #publish(): Promise<string> {
    this.#publishing ??= hasShardedPubSub(this.#redis).then(
      (sharded) => (sharded ? 'SPUBLISH' : 'PUBLISH'),
      (error: unknown) => {
        this.#publishing = undefined
        throw error
      },
    )
    return this.#publishing
  }
}

/** Refreshed by every beacon; an epoch that no bridge follows any more is forgotten after this. */
const HEAD_TTL_MS = 3_600_000

const TELL = `
local extent = redis.call('HMGET', KEYS[1], 'position', 'floor')
if extent[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  redis.call(ARGV[1], KEYS[2], ARGV[2] .. ' ' .. extent[1] .. ' ' .. extent[2])
end`

// A copy that begins is told at once, before anything is appended to it: a gateway then sees the floor before the first
// message above it, and knows that what is below may never have been published.
const OPEN = `
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('HSET', KEYS[1], 'floor', ARGV[4], 'position', ARGV[4])
${TELL}
end
return redis.call('HGET', KEYS[1], 'position')`

// KEYS: head, then recent stream and live channel of each channel. ARGV: after, publish command, stream length, stream
// milliseconds, then for each entry the index of its stream's key and its encoding.
//
// A Redis that evicted the head may have kept a stream that reaches beyond the new one. It takes no lower id, so it begins again;
// failing instead would stop the bridges until it expires.
const APPEND = `
local head = tonumber(redis.call('HGET', KEYS[1], 'position'))
local position = tonumber(ARGV[1])
if not head then return false end
if head < position then return string.format('%d', head) end
for i = 5, #ARGV, 2 do
  position = position + 1
  if position > head then
    local key = tonumber(ARGV[i])
    local add = {'XADD', KEYS[key], 'MAXLEN', '~', ARGV[3], string.format('%d-0', position), 'm', ARGV[i + 1]}
    if type(redis.pcall(unpack(add))) == 'table' then
      redis.call('DEL', KEYS[key])
      redis.call(unpack(add))
    end
    redis.call('PEXPIRE', KEYS[key], ARGV[4])
    redis.call(ARGV[2], KEYS[key + 1], ARGV[i + 1])
  end
end
if position > head then
  head = position
  redis.call('HSET', KEYS[1], 'position', string.format('%d', head))
end
return string.format('%d', head)`

/** Defined commands are added to the client at run time, where its type does not know them. */
function call(redis: Redis, name: string, args: (string | number)[]): Promise<unknown> {
  const command: unknown = Reflect.get(redis, name)
  if (typeof command !== 'function') throw new TypeError(`${name} is not defined`)
  return Promise.resolve(Reflect.apply(command, redis, args))
}
