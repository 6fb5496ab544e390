import type { AccountState } from './accountState.ts'

/** What the tabs of one browser tell each other: they share the cookies, so they are signed in and out together. */
export type TabNews = Extract<AccountState, { is: 'signed-in' | 'signed-out' }>

export interface Tabs {
  tell: (news: TabNews) => void
  listen: (listener: (news: TabNews) => void) => void
  /** Runs a task while no other tab runs one. `waited`: another tab did so just now. */
  alone: <T>(task: (waited: boolean) => Promise<T>) => Promise<T>
}

/** Without the browser's locks, as on http in a local network, each tab works for itself, which costs only more calls. */
export class BrowserTabs implements Tabs {
  readonly #name: string
  readonly #channel: BroadcastChannel

  /** `name`: the same in the tabs of one Causeway. */
  constructor(name: string) {
    this.#name = name
    this.#channel = new BroadcastChannel(name)
  }

  tell(news: TabNews): void {
    // A channel's tabs are of one origin, so there is none to name.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    this.#channel.postMessage(news)
  }

  listen(listener: (news: TabNews) => void): void {
    this.#channel.addEventListener('message', ({ data }: MessageEvent<TabNews>) => listener(data))
  }

  async alone<T>(task: (waited: boolean) => Promise<T>): Promise<T> {
    // The types promise locks, but browsers have them on https and localhost only.
    const locks: LockManager | undefined = navigator.locks
    if (locks === undefined) return task(false)
    const first = await locks.request(this.#name, { ifAvailable: true }, async (lock) =>
      lock === null ? undefined : { done: await task(false) },
    )
    return first === undefined ? locks.request(this.#name, () => task(true)) : first.done
  }
}
