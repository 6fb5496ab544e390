import { Account } from './account.ts'
import type { Me } from './accountApi.ts'
import type { TabNews, Tabs } from './tabs.ts'

type Call = 'me' | 'renew' | 'logout'

/** The life of a token, and how long before its end it is renewed. */
export const LIFE_MS = 300_000
export const LEAD_MS = 60_000

/** Signed in, by a server whose clock is an hour ahead. */
export function me(principal = 'user:alice', life = LIFE_MS): Me {
  const endsAt = Date.now() + life
  return { principal, name: 'Alice', expiresAt: endsAt + 3_600_000, endsAt }
}

/** The tabs of a browser, each with an account. News between them arrives at once. */
export class FakeBrowser {
  /** What the server answers. */
  readonly answer: Record<Call, () => Promise<Me>> = {
    me: async () => me(),
    renew: async () => me(),
    logout: async () => me(),
  }
  /** The calls to the server: `tab renew`. */
  calls: string[] = []
  readonly #listeners: { tab: Tabs; listener: (news: TabNews) => void }[] = []
  #running = 0
  #last: Promise<unknown> = Promise.resolve()

  /** A new tab; `seen` has its states: `signed-in user:alice`, `signed-out ended`, `open`. */
  open(name = 'tab'): { account: Account; seen: string[] } {
    const seen: string[] = []
    const call = (which: Call) => () => {
      this.calls.push(`${name} ${which}`)
      return this.answer[which]()
    }
    const account = new Account({
      api: {
        me: call('me'),
        renew: call('renew'),
        logout: async () => void (await call('logout')()),
      },
      tabs: this.#tab(),
      changed: (state) => {
        if (state.is === 'signed-in') seen.push(`signed-in ${state.me.principal}`)
        else seen.push(state.is === 'signed-out' ? `signed-out ${state.why}` : state.is)
      },
      waiting: () => seen.push('waiting'),
    })
    return { account, seen }
  }

  /** A tab that has found out who is signed in; its calls until then are forgotten. */
  async started(name?: string): Promise<{ account: Account; seen: string[] }> {
    const tab = this.open(name)
    await tab.account.start()
    this.calls = []
    return tab
  }

  /** `alone` runs one task after another. */
  #tab(): Tabs {
    const tab: Tabs = {
      tell: (news) => {
        for (const { tab: other, listener } of this.#listeners) if (other !== tab) listener(news)
      },
      listen: (listener) => void this.#listeners.push({ tab, listener }),
      alone: (task) => {
        const waited = this.#running > 0
        this.#running += 1
        const run = this.#last.then(() => task(waited)).finally(() => (this.#running -= 1))
        this.#last = run.catch(() => undefined)
        return run
      },
    }
    return tab
  }
}
