import type { Redis } from 'ioredis'
import type { CopyKeys } from '../../chassis/copyKeys.ts'
import { MAC_LENGTH } from '../../chassis/copyKeys.ts'
import { PubSub } from '../../chassis/pubSub.ts'
import { RateGate } from '../../chassis/rateGate.ts'
import type { RedisKeys } from '../../contract/redisKeys.ts'
import { MAX_SIGNAL_AGE_MS, signalTime } from '../../contract/signal.ts'

export interface SignalSubscriptionOptions {
  /** Of its own: a flood of signals cannot stand in the way of messages. */
  redis: Redis
  keys: RedisKeys
  copyKeys: Pick<CopyKeys, 'openSignal'>
  onSignal: (channel: string, json: string) => void
  /** Something came without a valid MAC. */
  onRefused: () => void
  /** A signal is not passed on. */
  onDropped: (reason: 'old' | 'rate') => void
  /** Milliseconds since 1970. */
  wallNow: () => number
}

/** Signals of one second; to verify more would take the time of messages. */
const MOST_PER_SECOND = 5_000
/** Each bridge passes on each signal. Its copies come within milliseconds. */
const REMEMBERED = 1_000

/** Brings the signals of the channels that somebody here listens to. What comes while the connection is away is lost. */
export class SignalSubscription {
  readonly #options: SignalSubscriptionOptions
  readonly #pubSub: PubSub
  readonly #gate = new RateGate(MOST_PER_SECOND)
  readonly #wanted = new Set<string>()
  /** The MACs of the last ones. */
  readonly #seen = new Set<string>()
  #isUp = false
  #isClosed = false
  /** Subscribed together at the end of the turn. */
  #coming: string[] = []

  constructor(options: SignalSubscriptionOptions) {
    this.#options = options
    const { redis } = options
    this.#pubSub = new PubSub(redis, (name, payload) => this.#receive(name, payload))
    redis.on('close', () => (this.#isUp = false))
    redis.on('ready', () => void this.#come())
  }

  want(channel: string): void {
    const name = this.#options.keys.signals(channel)
    if (this.#wanted.has(name)) return
    this.#wanted.add(name)
    if (this.#coming.length === 0) setImmediate(() => void this.#subscribeNew())
    this.#coming.push(name)
  }

  leave(channel: string): void {
    const name = this.#options.keys.signals(channel)
    if (this.#wanted.delete(name) && this.#isUp) this.#pubSub.unsubscribe([name])
  }

  close(): void {
    this.#isClosed = true
    this.#options.redis.disconnect()
  }

  /** Never after `close`: a connection that came back would keep the process alive. */
  #connectAgain(): void {
    if (!this.#isClosed) this.#options.redis.disconnect(true)
  }

  async #come(): Promise<void> {
    try {
      await this.#pubSub.connected()
      this.#isUp = true
      await this.#subscribe([...this.#wanted])
    } catch {
      this.#connectAgain()
    }
  }

  async #subscribeNew(): Promise<void> {
    const names = this.#coming
    this.#coming = []
    // Otherwise the next connection subscribes them.
    if (!this.#isUp) return
    await this.#subscribe(names).catch(() => this.#connectAgain())
  }

  #subscribe(names: readonly string[]): Promise<void> {
    return this.#pubSub.subscribe(names, (name) => this.#wanted.has(name))
  }

  #receive(name: string, sealed: string): void {
    const { keys, copyKeys, onSignal, onRefused, onDropped, wallNow } = this.#options
    if (!this.#wanted.has(name) || this.#isSeen(sealed.slice(0, MAC_LENGTH))) return
    const now = wallNow()
    if (!this.#gate.pass(now)) return onDropped('rate')
    const channel = name.slice(keys.signalsPrefix.length)
    const json = copyKeys.openSignal(channel, sealed)
    if (json === undefined) return onRefused()
    this.#remember(sealed.slice(0, MAC_LENGTH))
    // The clocks of two machines may differ.
    if (!(Math.abs(now - signalTime(json)) <= MAX_SIGNAL_AGE_MS)) return onDropped('old')
    onSignal(channel, json)
  }

  #isSeen(mac: string): boolean {
    return this.#seen.has(mac)
  }

  #remember(mac: string): void {
    this.#seen.add(mac)
    if (this.#seen.size <= REMEMBERED) return
    for (const oldest of this.#seen) {
      this.#seen.delete(oldest)
      return
    }
  }
}
