import type { TabNews, Tabs } from './tabs.ts'

/** A browser's tabs. News arrives at once; `alone` runs one task after another. */
export class FakeBrowser {
  readonly #listeners: { tab: Tabs; listener: (news: TabNews) => void }[] = []
  #running = 0
  #last: Promise<unknown> = Promise.resolve()

  tab(): Tabs {
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
