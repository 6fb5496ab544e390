import { setImmediate } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Sender } from '../contract/message.ts'
import type { RedisKeys } from '../contract/redisKeys.ts'
import type { CopyKeys } from './copyKeys.ts'
import { callScript } from './redis.ts'

/**
 * KEYS: the people of each channel. ARGV: the most people to list, and the most bytes of a listed one. It only reads. A longer text
 * proves nothing, so it comes empty.
 */
const LOOK = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local limit, longest = tonumber(ARGV[1]), tonumber(ARGV[2])
local answer = {}
for k = 1, #KEYS do
  local count = redis.pcall('ZCOUNT', KEYS[k], '(' .. now, '+inf')
  if type(count) ~= 'number' then
    answer[k] = {0, {}}
  elseif count > limit then
    answer[k] = {count}
  else
    local people = redis.call('ZRANGEBYSCORE', KEYS[k], '(' .. now, '+inf')
    for i = 1, #people do
      if #people[i] > longest then people[i] = '' end
    end
    answer[k] = {count, people}
  end
end
return answer`

/** Of a MAC, the longest principal and the longest name there are 360. */
const MAX_SEALED_BYTES = 512
/** A thousand people at the default limit, which are a third of a millisecond of Redis. Opening them is two of ours. */
const CHANNELS_PER_SCRIPT = 10
/** In one round trip, however high the limit is: some megabytes. */
const PEOPLE_PER_TRIP = 10_000

export interface PresenceReaderOptions {
  /** Of the log of the channels. */
  redis: Redis
  keys: RedisKeys
  copyKeys: Pick<CopyKeys, 'openPerson'>
  /** Redis has somebody without a valid MAC. */
  onRefused: () => void
  /** In a channel with more people these are counted and not listed. */
  limit: number
}

/** People of a channel; without `people` there are too many to list them. */
interface Present {
  /** Each counts once, however many streams and names they have. Only above the limit somebody with two names counts twice. */
  count: number
  people?: Sender[]
}

/** Who is present in channels of one log, for whoever has no stream there: the leases in Redis that have not ended. */
export class PresenceReader {
  readonly #options: PresenceReaderOptions

  constructor(options: PresenceReaderOptions) {
    this.#options = options
    options.redis.defineCommand('causewayPresenceLook', { lua: LOOK })
  }

  /** In the order of the channels. Up to 100 of them are one round trip at the default limit. Rejects if Redis is away. */
  async look(channels: readonly string[]): Promise<Present[]> {
    const { limit } = this.#options
    const found: Present[] = []
    for (const trip of slices(channels, Math.floor(PEOPLE_PER_TRIP / Math.max(1, limit)))) {
      const asked = [...slices(trip, CHANNELS_PER_SCRIPT)].map((some) => this.#ask(some))
      for (const [channel, state] of (await Promise.all(asked)).flat()) {
        // Others have their turn between the channels of one script and of the next.
        if (found.length > 0 && found.length % CHANNELS_PER_SCRIPT === 0) await setImmediate()
        found.push(this.#open(channel, state))
      }
    }
    return found
  }

  async #ask(channels: readonly string[]): Promise<[channel: string, state: unknown][]> {
    const { redis, keys, limit } = this.#options
    const names = channels.map((channel) => keys.presence(channel))
    const args = [names.length, ...names, limit, MAX_SEALED_BYTES]
    const reply = await callScript(redis, 'causewayPresenceLook', args)
    const states: unknown[] = Array.isArray(reply) ? reply : []
    return channels.map((channel, at) => [channel, states[at]])
  }

  #open(channel: string, state: unknown): Present {
    const { copyKeys, onRefused } = this.#options
    const [count, texts]: unknown[] = Array.isArray(state) ? state : []
    if (!Array.isArray(texts)) return { count: Number(count ?? 0) }
    const people = new Map<string, Sender>()
    for (const text of texts) {
      const person = copyKeys.openPerson(channel, String(text))
      if (person === undefined) onRefused()
      else people.set(person.id, person)
    }
    return { count: people.size, people: [...people.values()] }
  }
}

function* slices<T>(items: readonly T[], length: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += length) {
    yield items.slice(start, start + length)
  }
}
