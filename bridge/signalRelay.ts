import type { Redis } from 'ioredis'
import { PublishCommand } from '../chassis/pubSub.ts'
import type { RedisKeys } from '../contract/redisKeys.ts'

/** Signals that Redis has not answered yet; more are dropped. */
const MOST_IN_FLIGHT = 200

/** Passes the signals of one log's channels on to Redis. It never waits, and drops what is too much. */
export class SignalRelay {
  readonly #redis: Redis
  readonly #keys: RedisKeys
  readonly #command: PublishCommand
  #inFlight = 0

  /** `redis`: a connection of its own, so that messages never stand behind signals. */
  constructor(redis: Redis, keys: RedisKeys) {
    this.#redis = redis
    this.#keys = keys
    this.#command = new PublishCommand(redis)
  }

  /** `sealed`: see CopyKeys. Resolves with whether Redis has it. */
  async publish(channel: string, sealed: string): Promise<boolean> {
    if (this.#inFlight >= MOST_IN_FLIGHT || this.#redis.status !== 'ready') return false
    this.#inFlight++
    try {
      await this.#redis.call(await this.#command.get(), this.#keys.signals(channel), sealed)
      return true
    } catch {
      return false
    } finally {
      this.#inFlight--
    }
  }

  close(): void {
    this.#redis.disconnect()
  }
}
