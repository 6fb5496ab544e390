import type { AccountApi, Me } from './accountApi.ts'
import { type AccountState, isGood, renewalTime, stateOfRefusal } from './accountState.ts'
import { type Backoff, backoffDelay } from '../../sdk/backoff.ts'
import { pause } from '../../sdk/pause.ts'
import type { TabNews, Tabs } from './tabs.ts'
import { Problem } from '../../../contract/problem.ts'

interface AccountOptions {
  api: Pick<AccountApi, 'me' | 'renew' | 'logout'>
  tabs: Tabs
  /** Told each state after `starting`; a renewed token is no change. */
  changed: (state: AccountState) => void
  /** Nobody answers: the next attempt to find out who is signed in comes in so many milliseconds. */
  waiting: (retryInMs: number) => void
}

const BACKOFF: Backoff = { first: 1_000, max: 30_000 }

/** The most that a browser's timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1
/** A new token is good for longer than that. */
const JUST_NOW_MS = 1_000

/** Who is signed in, in this browser. Keeps the access token good while somebody is. */
export class Account {
  readonly #options: AccountOptions
  #state: AccountState = { is: 'starting' }
  #renewAt = Infinity
  #timer: ReturnType<typeof setTimeout> | undefined
  #renewal: Promise<boolean> | undefined
  /** On a clock that nobody sets. */
  #renewedAt = -Infinity
  #failures = 0

  constructor(options: AccountOptions) {
    this.#options = options
    options.tabs.listen((news) => this.#hear(news))
  }

  get state(): AccountState {
    return this.#state
  }

  /** Finds out who is signed in; asks until somebody answers. */
  async start(): Promise<void> {
    for (let failures = 0; this.#state.is === 'starting'; failures += 1) {
      try {
        return this.enter(await this.#whoIsThere())
      } catch (error) {
        const state = stateOfRefusal(error, 'first')
        if (state !== undefined) return this.#become(state)
        const wait = backoffDelay(failures, Math.random(), BACKOFF)
        this.#options.waiting(wait)
        await pause(wait)
      }
    }
  }

  /** Somebody has signed in here. */
  enter(me: Me): void {
    this.#become({ is: 'signed-in', me })
    this.#options.tabs.tell({ is: 'signed-in', me })
  }

  /** Signs out, in all tabs. Throws if that is not certain: only the server can take the cookies away. */
  async leave(everywhere: boolean): Promise<void> {
    try {
      await this.#options.api.logout(everywhere)
    } catch (error) {
      if (!isUnauthenticated(error)) throw error
    }
    this.#end({ is: 'signed-out', why: 'left' })
  }

  /** See `Renew` in sdk/causeway.ts. Rejects if nobody answers. */
  readonly renew = async (refused: boolean): Promise<boolean> => {
    if (this.#state.is !== 'signed-in') return false
    if (!refused && Date.now() < this.#renewAt) return true
    // The page has several calls under way: they were all refused for the token that was renewed for the first.
    if (performance.now() - this.#renewedAt < JUST_NOW_MS) return true
    this.#renewal ??= this.#renewOnce().finally(() => (this.#renewal = undefined))
    return this.#renewal
  }

  /** Renews the token if it is time: after sleep, a page's timers fire late. */
  check(): void {
    clearTimeout(this.#timer)
    if (this.#state.is !== 'signed-in') return
    const wait = this.#renewAt - Date.now()
    if (wait > 0) {
      this.#timer = setTimeout(() => this.check(), Math.min(wait, MAX_TIMER_MS))
      return
    }
    this.renew(false).catch(() => {
      this.#timer = setTimeout(
        () => this.check(),
        backoffDelay(this.#failures, Math.random(), BACKOFF),
      )
      this.#failures += 1
    })
  }

  async #whoIsThere(): Promise<Me> {
    const me = await this.#options.api.me()
    // The token has ended, but the session has not.
    return isGood(me, Date.now()) ? me : this.#newToken()
  }

  async #renewOnce(): Promise<boolean> {
    try {
      const me = await this.#newToken()
      // Another tab may have signed out in the meantime.
      if (this.#state.is !== 'signed-in') return false
      this.#renewedAt = performance.now()
      this.enter(me)
      return true
    } catch (error) {
      if (stateOfRefusal(error, 'ended')?.is !== 'signed-out') throw error
      // Another tab may have signed out: that is why there is no new token.
      if (this.#state.is !== 'signed-in') return false
      this.#end({ is: 'signed-out', why: 'ended' })
      return false
    }
  }

  #newToken(): Promise<Me> {
    const { api, tabs } = this.#options
    const known = this.#state.is === 'signed-in' ? this.#state.me.expiresAt : 0
    return tabs.alone(async (waited) => {
      // All tabs' timers fire together: the tab that had to wait finds a new token.
      const me = waited ? await api.me().catch(() => undefined) : undefined
      const isNew = me !== undefined && isGood(me, Date.now()) && me.expiresAt > known
      return isNew ? me : api.renew()
    })
  }

  #hear(news: TabNews): void {
    const state = this.#state
    if (news.is === 'signed-out') {
      // The end of the stream may be here before the news why.
      const isNew =
        state.is === 'signed-in' ||
        (state.is === 'signed-out' && state.why === 'ended' && news.why === 'left')
      if (isNew) this.#become(news)
      return
    }
    const { principal, expiresAt } = news.me
    const isKnown =
      state.is === 'signed-in' &&
      state.me.principal === principal &&
      state.me.expiresAt >= expiresAt
    if (state.is !== 'open' && !isKnown) this.#become(news)
  }

  #end(state: TabNews): void {
    this.#become(state)
    this.#options.tabs.tell(state)
  }

  #become(state: AccountState): void {
    const before = this.#state
    this.#state = state
    this.#failures = 0
    const me = state.is === 'signed-in' ? state.me : undefined
    this.#renewAt = me === undefined ? Infinity : renewalTime(me.endsAt, Date.now())
    this.check()
    const same =
      before.is === 'signed-in' &&
      before.me.principal === me?.principal &&
      before.me.name === me.name
    if (!same) this.#options.changed(state)
  }
}

function isUnauthenticated(error: unknown): boolean {
  return error instanceof Problem && error.type === 'unauthenticated'
}
