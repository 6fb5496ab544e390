import type { Api } from './api.ts'
import { Unreachable } from './sdk/request.ts'
import { type Backoff, backoffDelay } from './sdk/backoff.ts'
import { ChannelStream, type StreamHandlers, type StreamOptions } from './channelStream.ts'
import type { Connection } from './connection.ts'
import { isFinal } from './streamState.ts'
import type { HistoryPage } from '../contract/history.ts'
import { Problem } from '../contract/problem.ts'

interface JoinHandlers extends Omit<StreamHandlers, 'reset'> {
  /** The newest page; it replaces what is shown. It comes again if the log was replaced. */
  history: (page: HistoryPage) => void
}

interface JoinOptions extends Pick<StreamOptions, 'base' | 'EventSource' | 'renew'> {
  channel: string
  /** Messages in a page of history. */
  limit: number
}

const BACKOFF: Backoff = { first: 2_000, max: 30_000 }

/** Somebody may get a grant while they look at a channel that they may not read: it is asked for again, though seldom. */
const FORBIDDEN_BACKOFF: Backoff = { first: 20_000, max: 60_000 }

/**
 * One channel: the newest page of history, then everything after it, live. Nothing is missing in between, because the stream
 * starts after the head that came with the page.
 */
export class JoinedChannel {
  readonly #api: Pick<Api, 'history'>
  readonly #options: JoinOptions
  readonly #handlers: JoinHandlers
  readonly #left = new AbortController()
  #stream: ChannelStream | undefined
  /** Ends the pause between two attempts. */
  #endPause: () => void = () => undefined

  constructor(api: Pick<Api, 'history'>, options: JoinOptions, handlers: JoinHandlers) {
    this.#api = api
    this.#options = options
    this.#handlers = handlers
    handlers.connection({ is: 'connecting' })
    void this.#join()
  }

  /** The page before `position`, newest first. */
  older(before: number): Promise<HistoryPage> {
    const { channel, limit } = this.#options
    return this.#api.history(channel, { before, limit }, this.#left.signal)
  }

  /** Checks the deadlines now: after sleep, a page's timers fire late. */
  check(): void {
    this.#stream?.check()
  }

  network(state: 'online' | 'offline'): void {
    this.#stream?.network(state)
    if (state === 'online') this.#endPause()
  }

  leave(): void {
    this.#left.abort()
    this.#endPause()
    this.#stream?.close()
  }

  async #join(): Promise<void> {
    const { channel, limit, ...rest } = this.#options
    const page = await this.#newest(channel, limit)
    if (page === undefined) return
    this.#handlers.history(page)
    const options = { ...rest, channels: [channel], since: String(page.head) }
    this.#stream = new ChannelStream(options, {
      message: this.#handlers.message,
      gap: this.#handlers.gap,
      connection: (connection) => this.#show(connection),
      reset: () => {
        this.#handlers.connection({ is: 'connecting' })
        void this.#join()
      },
    })
  }

  /** A reset closes the stream, but not the channel: another stream follows. */
  #show(connection: Connection): void {
    if (connection.is !== 'closed' || this.#left.signal.aborted)
      this.#handlers.connection(connection)
    if (connection.is === 'refused' && connection.problem.type === 'forbidden') void this.#rejoin()
  }

  async #rejoin(): Promise<void> {
    await this.#wait(backoffDelay(0, Math.random(), FORBIDDEN_BACKOFF))
    if (!this.#left.signal.aborted) await this.#join()
  }

  /** Undefined if the channel was left or refused. */
  async #newest(channel: string, limit: number): Promise<HistoryPage | undefined> {
    for (let failures = 0; !this.#left.signal.aborted; failures += 1) {
      try {
        return await this.#api.history(channel, { limit }, this.#left.signal)
      } catch (error) {
        if (this.#left.signal.aborted) return undefined
        if (error instanceof Problem && isFinal(error)) {
          this.#handlers.connection({ is: 'refused', problem: error })
          if (error.type !== 'forbidden') return undefined
          await this.#wait(backoffDelay(failures, Math.random(), FORBIDDEN_BACKOFF))
          continue
        }
        if (!(error instanceof Problem || error instanceof Unreachable)) throw error
        await this.#pause(backoffDelay(failures, Math.random(), BACKOFF))
      }
    }
    return undefined
  }

  #pause(ms: number): Promise<void> {
    this.#handlers.connection({ is: 'reconnecting', retryAt: Date.now() + ms })
    return this.#wait(ms)
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#endPause = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
