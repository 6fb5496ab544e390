import type { Clock } from '../chassis/clock.ts'
import { Problem } from '../contract/problem.ts'
import { rateLimited } from '../chassis/limits/limit.ts'
import type { Heads } from '../history/types.ts'

export interface HeadWatcherOptions {
  /** Reads the log's head, and those of some channels. */
  heads: (channels: readonly string[]) => Promise<Pick<Heads, 'epoch' | 'position' | 'channels'>>
  clock: Clock
}

export interface Wait {
  /** Whose wait it is, for its share. */
  who: string
  channels: readonly string[]
  /** A position: a message above it ends the wait. */
  after: number
  milliseconds: number
  /** Aborts when nobody waits any more. */
  left: AbortSignal
}

interface Waiter extends Wait {
  endsAt: number
  settle: (head?: number) => void
}

const POLL_MS = 100
const MAX_WAITERS = 1_000
/** Of one subject. */
const MAX_SHARE = 20
/** Names in one read of the heads: about five milliseconds of the database. */
const MAX_CHANNELS = 2_000

/**
 * Waits for messages, for all readers together: ten times a second it looks at the log's head, and only if that has moved, at those of
 * the channels that somebody waits for. While nobody waits it does nothing.
 */
export class HeadWatcher {
  readonly #options: HeadWatcherOptions
  readonly #waiters = new Set<Waiter>()
  readonly #byChannel = new Map<string, Set<Waiter>>()
  readonly #shares = new Map<string, number>()
  /** The log's head at the last look at the channels. */
  #seen = ''
  /** Somebody came since that look began. */
  #hasNew = false
  #isReading = false
  #isEnded = false
  #stop = (): void => {}

  constructor(options: HeadWatcherOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#waiters.size
  }

  /**
   * Resolves to the head of one of the channels, once it is above `after`; to undefined when the time is over, at a drain, or if
   * nobody waits any more. Rejects with `rate-limited` or `overloaded` if there is no place.
   */
  async wait(wait: Wait): Promise<number | undefined> {
    if (this.#isEnded || wait.left.aborted) return undefined
    this.#admit(wait)
    return new Promise((resolve) => {
      const { left } = wait
      const settle = (head?: number): void => {
        left.removeEventListener('abort', leave)
        this.#remove(waiter)
        resolve(head)
      }
      const leave = (): void => settle()
      const endsAt = this.#options.clock.now() + wait.milliseconds
      const waiter: Waiter = { ...wait, endsAt, settle }
      left.addEventListener('abort', leave, { once: true })
      this.#add(waiter)
      void this.#look()
    })
  }

  /** Ends all waits, and every later one at once. */
  end(): void {
    this.#isEnded = true
    for (const { settle } of this.#waiters) settle()
  }

  #admit({ who, channels }: Wait): void {
    if ((this.#shares.get(who) ?? 0) >= MAX_SHARE) {
      throw rateLimited(`At most ${MAX_SHARE} reads of yours may wait at once.`, 1_000)
    }
    const added = channels.filter((name) => !this.#byChannel.has(name)).length
    if (this.#waiters.size >= MAX_WAITERS || this.#byChannel.size + added > MAX_CHANNELS) {
      throw new Problem('overloaded')
    }
  }

  #add(waiter: Waiter): void {
    if (this.#waiters.size === 0) {
      this.#stop = this.#options.clock.every(POLL_MS, () => this.#tick())
    }
    this.#waiters.add(waiter)
    this.#shares.set(waiter.who, (this.#shares.get(waiter.who) ?? 0) + 1)
    for (const name of waiter.channels) {
      const others = this.#byChannel.get(name)
      if (others === undefined) this.#byChannel.set(name, new Set([waiter]))
      else others.add(waiter)
    }
    this.#hasNew = true
  }

  #remove(waiter: Waiter): void {
    this.#waiters.delete(waiter)
    const share = (this.#shares.get(waiter.who) ?? 0) - 1
    if (share > 0) this.#shares.set(waiter.who, share)
    else this.#shares.delete(waiter.who)
    for (const name of waiter.channels) {
      const others = this.#byChannel.get(name)
      others?.delete(waiter)
      if (others?.size === 0) this.#byChannel.delete(name)
    }
    if (this.#waiters.size === 0) this.#stop()
  }

  #tick(): void {
    const now = this.#options.clock.now()
    for (const { endsAt, settle } of this.#waiters) if (endsAt <= now) settle()
    void this.#look()
  }

  async #look(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    try {
      // Whoever came during a read is looked for at once.
      do await this.#read()
      while (this.#hasNew)
    } catch {
      // The next look tries again. Whoever waits reads the page in the end, and learns what is wrong.
      this.#seen = ''
    } finally {
      this.#isReading = false
    }
  }

  async #read(): Promise<void> {
    const { heads } = this.#options
    if (this.#waiters.size === 0) return void (this.#hasNew = false)
    const isSeen = async (): Promise<boolean> => this.#seen === placeOf(await heads([]))
    if (!this.#hasNew && (await isSeen())) return
    this.#hasNew = false
    const found = await heads([...this.#byChannel.keys()])
    this.#seen = placeOf(found)
    for (const [name, head] of found.channels) {
      for (const { after, settle } of this.#byChannel.get(name) ?? []) {
        if (head > after) settle(head)
      }
    }
  }
}

function placeOf({ epoch, position }: Pick<Heads, 'epoch' | 'position'>): string {
  return `${epoch}-${position}`
}
