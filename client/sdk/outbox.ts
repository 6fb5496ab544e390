import type { Backoff } from './backoff.ts'
import type { Causeway } from './causeway.ts'
import { OutboxQueue } from './outboxQueue.ts'
import {
  type KeyValueStorage,
  OutboxStorage,
  type StoredUnsent,
  type Unsent,
} from './outboxStorage.ts'
import { type Locks, holdTab, tabEnded } from './tabLocks.ts'
import { pause } from './pause.ts'
import { postMessage } from './postMessage.ts'
import { randomId } from './randomId.ts'
import { retryDelay } from './retry.ts'
import type { Message } from '../../contract/message.ts'
import { Problem } from '../../contract/problem.ts'

export interface OutboxOptions {
  /** Whose messages these are: those of another name are neither seen nor sent. */
  name: string
  /** Where they outlive the page, e.g. `localStorage`. Without it, they last as long as the outbox. */
  storage?: KeyValueStorage | undefined
  /** Names the tab over its reloads, so that what it left is sent at once. */
  tab?: string | undefined
  /** The browser's `navigator.locks`: they tell when another tab has ended, whose messages this one then sends. */
  locks?: Locks | undefined
  /** Something about the unsent messages has changed. */
  changed?: (() => void) | undefined
  sent?: ((unsent: Unsent, message: Message) => void) | undefined
  /** The server refused a message for good. It stays, until it is tried again or discarded. */
  failed?: ((unsent: Unsent, problem: Problem) => void) | undefined
}

/** A server forgets idempotency keys after a day. Somewhat before that a message of unknown outcome is not repeated by itself. */
const KEY_LIFE_MS = 20 * 3_600_000

const BACKOFF: Backoff = { first: 500, max: 30_000 }

/**
 * Sends messages, those of a channel one after another, each until the server says that it is stored or refused. Each is stored once,
 * however often that takes, also over reloads.
 */
export class Outbox {
  readonly #causeway: Causeway
  readonly #options: OutboxOptions
  readonly #queue: OutboxQueue
  readonly #closed = new AbortController()
  /** The channels that are being sent. */
  readonly #busy = new Set<string>()
  readonly #waiting = new Map<string, Waiting>()
  /** Ends the pauses between attempts. */
  #wake = new AbortController()
  #signedOut = false

  constructor(causeway: Causeway, options: OutboxOptions) {
    const { storage, name, tab = randomId(), locks } = options
    this.#causeway = causeway
    this.#options = options
    this.#queue = new OutboxQueue(new OutboxStorage(storage, name), tab)
    const others = this.#queue.otherTabs()
    // Nobody tells whether they live. Two tabs that send the same message store it once.
    if (locks === undefined) this.#queue.adopt(others)
    else {
      holdTab(locks, tab, this.#closed.signal)
      for (const other of others) void this.#adopt(locks, other)
    }
    this.resume()
  }

  /** In the order in which they were written. */
  unsent(channel?: string): Unsent[] {
    return this.#queue.all.filter((each) => channel === undefined || each.channel === channel)
  }

  /** Takes a message. `data` is any JSON, and is copied. Throws `OutboxFull`. */
  add(channel: string, data: unknown, more: Pick<Unsent, 'type' | 'about'> = {}): Unsent {
    const unsent = this.#queue.add(channel, data, more)
    this.#options.changed?.()
    void this.#send(channel)
    return unsent
  }

  /** The same. Resolves when the message is stored; rejects if it is refused or discarded, or if the outbox is closed. */
  publish(
    channel: string,
    data: unknown,
    more: Pick<Unsent, 'type' | 'about'> = {},
  ): Promise<Message> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(this.add(channel, data, more).key, { resolve, reject })
    })
  }

  /** Sends a refused message again. */
  retry(key: string): void {
    const refused = this.#queue.find(key)
    if (refused?.failure === undefined) return
    const { failure: _over, tried: _forgotten, ...rest } = refused
    this.#queue.change({ ...rest, at: Date.now() })
    this.#options.changed?.()
    void this.#send(rest.channel)
  }

  /** Forgets a message. It may be stored already. */
  discard(key: string): void {
    this.#queue.remove(key)
    this.#reject(key, new Error('The message was discarded'))
    this.#options.changed?.()
  }

  /** Sends at once what waits: the network is back, or somebody has signed in. */
  resume(): void {
    this.#signedOut = false
    this.#wake.abort()
    this.#wake = new AbortController()
    for (const channel of new Set(this.#queue.all.map((each) => each.channel))) {
      void this.#send(channel)
    }
  }

  /** Forgets all, in all tabs: somebody signs out, and others may use this browser. */
  clear(): void {
    const keys = this.#queue.all.map(({ key }) => key)
    this.#queue.clear()
    for (const key of keys) this.#reject(key, new Error('The message was discarded'))
    this.#options.changed?.()
  }

  /** Sends nothing any more. What is stored stays for the next outbox of this name. */
  close(): void {
    this.#closed.abort()
    this.#wake.abort()
    for (const key of this.#waiting.keys()) this.#reject(key, new Error('The outbox was closed'))
  }

  async #adopt(locks: Locks, tab: string): Promise<void> {
    if (!(await tabEnded(locks, tab, this.#closed.signal))) return
    if (!this.#queue.adopt([tab])) return
    this.#options.changed?.()
    this.resume()
  }

  async #send(channel: string): Promise<void> {
    if (this.#busy.has(channel)) return
    this.#busy.add(channel)
    for (let failures = 0; !this.#closed.signal.aborted && !this.#signedOut;) {
      const next = this.#queue.next(channel)
      if (next === undefined) break
      failures = await this.#attempt(next, failures)
    }
    this.#busy.delete(channel)
  }

  /** Resolves to the number of failures before the next attempt. */
  async #attempt(unsent: StoredUnsent, failures: number): Promise<number> {
    if (unsent.tried === true && Date.now() - unsent.at > KEY_LIFE_MS) {
      return this.#fail(unsent, new Problem('outcome-unknown'))
    }
    if (unsent.tried !== true) this.#queue.change({ ...unsent, tried: true })
    const wake = this.#wake.signal
    try {
      return this.#settle(unsent, await postMessage(this.#causeway, unsent, this.#closed.signal))
    } catch (error) {
      const wait = retryDelay(error, failures, BACKOFF)
      if (wait !== undefined) {
        await pause(wait, wake)
        return failures + 1
      }
      if (!(error instanceof Problem)) throw error
      if (error.type !== 'unauthenticated') return this.#fail(unsent, error)
      this.#signedOut = true
      return 0
    }
  }

  #settle(unsent: Unsent, message: Message): number {
    // One that was discarded meanwhile is stored nevertheless, and comes by the stream.
    if (!this.#queue.remove(unsent.key)) return 0
    this.#waiting.get(unsent.key)?.resolve(message)
    this.#waiting.delete(unsent.key)
    this.#options.sent?.(unsent, message)
    this.#options.changed?.()
    return 0
  }

  #fail(unsent: StoredUnsent, problem: Problem): number {
    const failed = { ...unsent, failure: problem.type }
    this.#queue.change(failed)
    this.#reject(unsent.key, problem)
    this.#options.failed?.(failed, problem)
    this.#options.changed?.()
    return 0
  }

  #reject(key: string, reason: Error): void {
    this.#waiting.get(key)?.reject(reason)
    this.#waiting.delete(key)
  }
}

interface Waiting {
  resolve: (message: Message) => void
  reject: (reason: Error) => void
}
