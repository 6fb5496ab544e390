import type { Causeway } from './causeway.ts'
import { placeAfter } from './continuity.ts'
import { type Locks, holdTab, tabEnded } from './tabLocks.ts'
import { randomId } from './randomId.ts'
import { readSource } from './readSource.ts'
import type { SourceOptions } from './source.ts'
import { SourceHub } from './sourceHub.ts'
import { NO_TOPICS, type SourceRequest } from './sourceRequest.ts'
import { SteadyClock } from './steadyClock.ts'
import type { SourceKind } from './streamState.ts'
import { type TabMessage, isTabMessage, newsMessage, newsOf } from './tabMessage.ts'
import { EVENT_ID } from '../../contract/eventId.ts'

/** Messages between the tabs of a browser: a `BroadcastChannel` is one. */
export interface TabChannel {
  postMessage: (message: unknown) => void
  addEventListener: (type: 'message', listener: (event: { data: unknown }) => void) => void
  close: () => void
}

export interface SharedSourcesOptions {
  /** The same in all tabs that share. */
  name: string
  /** The browser's `navigator.locks`. */
  locks: Locks
  /** `new BroadcastChannel(name)`. */
  channel: TabChannel
}

/** A leader answers at once, unless the browser has put its tab to sleep. */
const ANSWER_MS = 5_000

/** Before a tab that lost the lead, or was refused it, asks again. */
const AGAIN_MS = 1_000

/** A source that this tab asked for, until it ends. Its `since` moves on with what it was told, for the next leader. */
interface Wanted {
  request: SourceRequest
  put: SourceOptions['put']
  timer?: ReturnType<typeof setTimeout>
}

/**
 * One connection for all tabs of a browser, because HTTP/1.1 gives it six for each origin. One tab leads: it holds the connection, and tells
 * the others what comes. If it ends, another one takes the lead, and nobody misses anything.
 */
export class SharedSources {
  readonly #options: SharedSourcesOptions
  readonly #tab = randomId()
  readonly #closed = new AbortController()
  readonly #wanted = new Map<string, Wanted>()
  /** As the leader: the requests of each tab. */
  readonly #served = new Map<string, Set<string>>()
  readonly #hub: SourceHub
  #leader = ''

  constructor(causeway: Causeway, options: SharedSourcesOptions) {
    this.#options = options
    const clock = new SteadyClock()
    this.#hub = new SourceHub({
      read: ({ by, ...rest }) => void readSource(by, { causeway, again: false, ...rest }),
      tell: (ids, news) => this.#post(newsMessage(this.#tab, ids, news)),
      now: () => clock.now(),
    })
    options.channel.addEventListener('message', ({ data }) => {
      if (isTabMessage(data)) this.#take(data)
    })
    holdTab(options.locks, this.#tab, this.#closed.signal)
    void this.#lead({ signal: this.#closed.signal })
  }

  /** What a stream takes as its `source`. One whose start only the server knows has a connection of its own. */
  readonly read = (by: SourceKind, options: SourceOptions): Promise<void> => {
    // Only what can be copied to another tab.
    const { causeway: _, signal, put, ...asked } = options
    if (!/^\d+$/.test(asked.since) && !EVENT_ID.test(asked.since)) return readSource(by, options)
    const request = { id: randomId(), by, ...asked }
    const wanted: Wanted = { request, put }
    this.#wanted.set(request.id, wanted)
    signal.addEventListener('abort', () => this.#leave(request.id), { once: true })
    this.#ask(wanted)
    return Promise.resolve()
  }

  /** Ends the sources of this tab, and its lead. */
  close(): void {
    for (const id of this.#wanted.keys()) this.#leave(id)
    this.#closed.abort()
    this.#hub.stop()
    // What was posted last is still on its way to this tab itself.
    queueMicrotask(() => this.#options.channel.close())
  }

  #ask(wanted: Wanted): void {
    clearTimeout(wanted.timer)
    // A tab that sleeps keeps its lock, so the lead has to be taken from it.
    wanted.timer = setTimeout(() => void this.#lead({ steal: true }), ANSWER_MS)
    this.#post({ is: 'open', tab: this.#tab, request: wanted.request })
  }

  #leave(id: string): void {
    clearTimeout(this.#wanted.get(id)?.timer)
    if (this.#wanted.delete(id)) this.#post({ is: 'close', id })
  }

  /** Leads as soon as no other tab does. */
  async #lead(options: { signal: AbortSignal } | { steal: true }): Promise<void> {
    const { name, locks } = this.#options
    const { signal } = this.#closed
    try {
      await locks.request(`causeway.lead.${name}`, options, async () => {
        if (signal.aborted) return
        this.#post({ is: 'lead', leader: this.#tab })
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      })
    } catch {
      // Another tab took the lead, or this one is closed.
    }
    this.#stepDown()
    // A tab that took the lead by force has asked for it in good order too. Not at once: a page that ends is refused each lock, and would
    // never come to its end.
    if ('signal' in options && !signal.aborted) {
      setTimeout(() => void this.#lead({ signal }), AGAIN_MS)
    }
  }

  #stepDown(): void {
    this.#hub.stop()
    this.#served.clear()
    if (this.#leader === this.#tab) this.#leader = ''
  }

  #take(message: TabMessage): void {
    const leads = this.#leader === this.#tab
    switch (message.is) {
      case 'open':
        return leads ? this.#serve(message.tab, message.request) : undefined
      case 'close':
        for (const ids of this.#served.values()) ids.delete(message.id)
        return this.#hub.close(message.id)
      case 'lead':
        if (leads && message.leader !== this.#tab) this.#stepDown()
        this.#leader = message.leader
        for (const wanted of this.#wanted.values()) this.#ask(wanted)
        return
      case 'taken': {
        const wanted = this.#wanted.get(message.id)
        if (wanted === undefined) return
        clearTimeout(wanted.timer)
        this.#leader = message.leader
        return
      }
      case 'news':
        if (message.leader === this.#leader) this.#hear(message)
    }
  }

  #serve(tab: string, request: SourceRequest): void {
    this.#post({ is: 'taken', leader: this.#tab, id: request.id })
    const known = this.#served.get(tab)
    const ids = known ?? new Set()
    this.#served.set(tab, ids.add(request.id))
    if (known === undefined && tab !== this.#tab) void this.#watch(tab, ids)
    // A tab may still run an older version of this code.
    this.#hub.open({ ...NO_TOPICS, ...request })
  }

  /** A tab that ends says nothing. */
  async #watch(tab: string, ids: Set<string>): Promise<void> {
    if (!(await tabEnded(this.#options.locks, tab, this.#closed.signal))) return
    for (const id of ids) this.#hub.close(id)
    this.#served.delete(tab)
  }

  #hear(message: Extract<TabMessage, { is: 'news' }>): void {
    const news = newsOf(message)
    for (const id of message.ids) {
      const wanted = this.#wanted.get(id)
      if (wanted === undefined) continue
      const { request, put } = wanted
      if ('id' in news && news.id !== '') request.since = news.id
      else if (news.is === 'heartbeat' && news.heartbeat.position !== undefined) {
        request.since = placeAfter(request.since, news.heartbeat.position)
      }
      put(news)
    }
  }

  /** To all tabs and this one, which does not hear itself. Not at once: whoever asks has not finished asking. */
  #post(message: TabMessage): void {
    // A channel's tabs are of one origin, so there is none to name.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    this.#options.channel.postMessage(message)
    queueMicrotask(() => this.#take(message))
  }
}
