import { type Api, Unreachable } from './api.ts'
import { type Backoff, backoffDelay } from './backoff.ts'
import { ChannelStream, type StreamHandlers, type StreamOptions } from './channelStream.ts'
import type { Connection } from './connection.ts'
import type { HistoryPage } from '../contract/history.ts'
import { Problem } from '../contract/problem.ts'

export interface JoinHandlers extends Omit<StreamHandlers, 'reset'> {
  /** The newest page. It replaces whatever is shown: it comes again when the log was replaced. */
  history: (page: HistoryPage) => void
}

export interface JoinOptions extends Pick<StreamOptions, 'base' | 'EventSource'> {
  channel: string
  /** How many messages a page of history has. */
  limit: number
}

const BACKOFF: Backoff = { first: 2_000, most: 30_000 }

/**
 * One channel: the newest page of history, then everything after it, live. There is no seam, because the stream starts after
 * the very head that the page was read at.
 */
export class JoinedChannel {
  readonly #api: Api
  readonly #options: JoinOptions
  readonly #handlers: JoinHandlers
  readonly #left = new AbortController()
  #stream: ChannelStream | undefined
  /** Ends the pause between two attempts. */
  #wanted: () => void = () => undefined

  constructor(api: Api, options: JoinOptions, handlers: JoinHandlers) {
    this.#api = api
    this.#options = options
    this.#handlers = handlers
    void this.#join()
  }

  /** The page before `position`, newest first. */
  older(before: number): Promise<HistoryPage> {
    const { channel, limit } = this.#options
    return this.#api.history(channel, { before, limit }, this.#left.signal)
  }

  /** Looks at the clock now: after sleep, a page's timers come late. */
  check(): void {
    this.#stream?.check()
  }

  network(state: 'online' | 'offline'): void {
    this.#stream?.network(state)
    if (state === 'online') this.#wanted()
  }

  leave(): void {
    this.#left.abort()
    this.#wanted()
    this.#stream?.close()
  }

  async #join(): Promise<void> {
    const { channel, limit, ...rest } = this.#options
    this.#handlers.connection({ is: 'connecting' })
    const page = await this.#newest(channel, limit)
    if (page === undefined) return
    this.#handlers.history(page)
    const options = { ...rest, channels: [channel], since: String(page.head) }
    this.#stream = new ChannelStream(options, {
      message: this.#handlers.message,
      gap: this.#handlers.gap,
      connection: (connection) => this.#show(connection),
      reset: () => void this.#join(),
    })
  }

  /** A stream that a reset closed is not the end of the channel. */
  #show(connection: Connection): void {
    if (connection.is !== 'closed' || this.#left.signal.aborted)
      this.#handlers.connection(connection)
  }

  /** Undefined where the channel was left or refused meanwhile. */
  async #newest(channel: string, limit: number): Promise<HistoryPage | undefined> {
    for (let failures = 0; !this.#left.signal.aborted; failures += 1) {
      try {
        return await this.#api.history(channel, { limit }, this.#left.signal)
      } catch (error) {
        if (this.#left.signal.aborted) return undefined
        if (error instanceof Problem && error.status < 500) {
          this.#handlers.connection({ is: 'refused', problem: error })
          return undefined
        }
        if (!(error instanceof Problem || error instanceof Unreachable)) throw error
        await this.#pause(backoffDelay(failures, Math.random(), BACKOFF))
      }
    }
    return undefined
  }

  #pause(ms: number): Promise<void> {
    this.#handlers.connection({ is: 'reconnecting', retryAt: Date.now() + ms })
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wanted = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
