import type { Redis } from 'ioredis'
import { hasShardedPubSub } from './redis.ts'

/** Names in one command: the reply to a larger one would delay what follows it. */
const BATCH = 500

/** How to publish to the server that a connection leads to. Subscribers find out in the same way. */
export class PublishCommand {
  readonly #redis: Redis
  #asked: Promise<'SPUBLISH' | 'PUBLISH'> | undefined

  constructor(redis: Redis) {
    this.#redis = redis
    // The next connection may lead to another server.
    redis.on('close', () => (this.#asked = undefined))
  }

  get(): Promise<'SPUBLISH' | 'PUBLISH'> {
    this.#asked ??= hasShardedPubSub(this.#redis).then(
      (sharded) => (sharded ? 'SPUBLISH' : 'PUBLISH'),
      (error: unknown) => {
        this.#asked = undefined
        throw error
      },
    )
    return this.#asked
  }
}

/** Subscriptions to many names in Redis, by sharded pub/sub if the server has it. */
export class PubSub {
  readonly #redis: Redis
  #isSharded = true

  constructor(redis: Redis, onMessage: (name: string, payload: string) => void) {
    this.#redis = redis
    redis.on('message', onMessage)
    redis.on('smessage', onMessage)
  }

  /** Await it on each new connection before you subscribe: that may be another server. */
  async connected(): Promise<void> {
    this.#isSharded = await hasShardedPubSub(this.#redis)
  }

  /** Resolves once the server has confirmed all. It calls `isWanted` when a name's turn comes. Rejects as ioredis does. */
  async subscribe(names: readonly string[], isWanted: (name: string) => boolean): Promise<void> {
    for (let start = 0; start < names.length; start += BATCH) {
      // Skips names that nobody wants any more: nobody would unsubscribe them later.
      const batch = names.slice(start, start + BATCH).filter(isWanted)
      if (batch.length === 0) continue
      await (this.#isSharded ? this.#redis.ssubscribe(...batch) : this.#redis.subscribe(...batch))
    }
  }

  unsubscribe(names: readonly string[]): void {
    for (let start = 0; start < names.length; start += BATCH) {
      const batch = names.slice(start, start + BATCH)
      const done = this.#isSharded
        ? this.#redis.sunsubscribe(...batch)
        : this.#redis.unsubscribe(...batch)
      // If it fails, the connection is breaking, and its subscriptions end with it.
      done.catch(() => {})
    }
  }
}
