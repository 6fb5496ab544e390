import { createHash } from 'node:crypto'
import { rateLimited, type Refusals } from './limit.ts'
import { LimitStore, type StoreOptions } from './store.ts'

export interface SignInLimitOptions extends StoreOptions {
  /** Tries per account in a quarter of an hour; Infinity: no limit. */
  perAccount: number
  /** Tries per address in a quarter of an hour; Infinity: no limit. */
  perAddress: number
  refusals: Refusals
}

const WINDOW_SECONDS = 900

/**
 * Limits guesses of passwords. Unlike other limits it waits for Redis before it decides, because a guesser must not get one try more
 * for each replica. The connection's time-out bounds the wait, so it needs one of some tens of milliseconds.
 *
 *     await limit.attempt(name, clientAddress(…))  // throws `rate-limited` with the seconds to wait
 *     … the password is right …
 *     await limit.succeeded(name)
 */
export class SignInLimit {
  readonly #refusals: Refusals
  readonly #accounts: LimitStore | undefined
  readonly #addresses: LimitStore | undefined

  constructor(options: SignInLimitOptions) {
    const store = (name: string, points: number): LimitStore | undefined =>
      points === Infinity ? undefined : new LimitStore(name, points, WINDOW_SECONDS, options)
    this.#refusals = options.refusals
    this.#accounts = store('sign-in', options.perAccount)
    this.#addresses = store('sign-in-by-address', options.perAddress)
  }

  /**
   * Counts a try, before the password is looked at; `account` is the name as it was typed, known or not, or undefined for a guest.
   * Throws `rate-limited`. An address that is refused takes no try from the account: otherwise anyone could keep its owner out.
   */
  async attempt(account: string | undefined, address: string): Promise<void> {
    await this.#count(this.#addresses, 'sign-in-by-address', address)
    if (account !== undefined) await this.#count(this.#accounts, 'sign-in', keyOf(account))
  }

  /** The account's owner was there: the tries before count no more. Never rejects. */
  async succeeded(account: string): Promise<void> {
    await this.#accounts?.forget(keyOf(account)).catch(() => {})
  }

  async #count(store: LimitStore | undefined, limit: string, key: string): Promise<void> {
    const standing = await store?.add(key, 1)
    if (standing?.isOver !== true) return
    this.#refusals.inc({ limit })
    throw rateLimited('There were too many tries to sign in.', standing.resetMs)
  }
}

/** A name may be long, and is nobody else's business. */
function keyOf(account: string): string {
  return createHash('sha256').update(account).digest('base64url').slice(0, 22)
}
