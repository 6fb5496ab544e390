import { type Backoff, backoffDelay } from './backoff.ts'
import type { Causeway } from './causeway.ts'
import type { Connection, Reason } from './connection.ts'
import { type ShownPage, historyPage } from './history.ts'
import { pause } from './pause.ts'
import { isFinal, retryAfterMs } from './retry.ts'
import { Stream, type StreamHandlers, type StreamOptions } from './stream.ts'
import { Problem } from '../../contract/problem.ts'

export interface JoinHandlers extends Omit<StreamHandlers, 'reset'> {
  /** The newest page; it replaces what is shown. It comes again if the log was replaced. */
  history: (page: ShownPage) => void
}

/** What a joined channel needs of a stream. */
export type OpenStream = (
  options: StreamOptions,
  handlers: StreamHandlers,
) => Pick<Stream, 'check' | 'network' | 'retryNow' | 'close'>

export interface JoinOptions {
  channel: string
  /** Messages in a page of history. */
  limit: number
  /** Whether one is present there, and hears who else is. */
  presence?: boolean | undefined
  /** Whether one hears its signals. */
  signals?: boolean | undefined
  /** Opens its stream; by default one of its own. */
  open?: OpenStream | undefined
}

const BACKOFF: Backoff = { first: 2_000, max: 30_000 }

/**
 * Somebody may get a grant while they look at a channel that they may not read. Soon, because that may have just been made: all services
 * know a grant half a second later.
 */
const FORBIDDEN_BACKOFF: Backoff = { first: 1_000, max: 60_000 }

/**
 * One channel: the newest page of history, then everything after it, live. Nothing is missing in between, because the stream
 * starts after the head that came with the page.
 */
export class JoinedChannel {
  readonly #causeway: Causeway
  readonly #options: JoinOptions
  readonly #handlers: JoinHandlers
  readonly #open: OpenStream
  readonly #left = new AbortController()
  #stream: ReturnType<OpenStream> | undefined
  /** Ends the pause between two attempts. */
  #wake = new AbortController()

  constructor(causeway: Causeway, options: JoinOptions, handlers: JoinHandlers) {
    this.#causeway = causeway
    this.#options = options
    this.#handlers = handlers
    this.#open = options.open ?? ((...stream) => new Stream(causeway, ...stream))
    handlers.connection({ is: 'connecting' })
    void this.#join()
  }

  /** The page before `position`, newest first. */
  older(before: number): Promise<ShownPage> {
    const { channel, limit } = this.#options
    return historyPage(this.#causeway, { channel, before, limit }, this.#left.signal)
  }

  /** Checks the deadlines now: after sleep, a page's timers fire late. */
  check(): void {
    this.#stream?.check()
  }

  network(state: 'online' | 'offline'): void {
    this.#stream?.network(state)
    if (state === 'online') this.#endPause()
  }

  /** Does not wait any longer for the next attempt. */
  retryNow(): void {
    this.#stream?.retryNow()
    this.#endPause()
  }

  leave(): void {
    this.#left.abort()
    this.#endPause()
    this.#stream?.close()
  }

  async #join(): Promise<void> {
    const page = await this.#newest()
    if (page === undefined) return
    this.#handlers.history(page)
    const { message, gap, presence, signal } = this.#handlers
    const channels = [this.#options.channel]
    const options = {
      channels,
      presence: this.#options.presence === true ? channels : [],
      signals: this.#options.signals === true ? channels : [],
      since: String(page.head),
    }
    this.#stream = this.#open(options, {
      message,
      gap,
      presence,
      signal,
      connection: (connection) => this.#show(connection),
      reset: () => {
        this.#handlers.connection({ is: 'connecting' })
        void this.#join()
      },
    })
  }

  /** A reset closes the stream, but not the channel: another stream follows. */
  #show(connection: Connection): void {
    if (connection.is !== 'closed' || this.#left.signal.aborted) {
      this.#handlers.connection(connection)
    }
    if (connection.is === 'refused' && connection.problem.type === 'forbidden') void this.#rejoin()
  }

  async #rejoin(): Promise<void> {
    // The gateway may learn of a grant a little later than ingest, whose history is there at once: four seconds at most.
    await this.#wait(backoffDelay(2, Math.random(), FORBIDDEN_BACKOFF))
    if (!this.#left.signal.aborted) await this.#join()
  }

  /** Undefined if the channel was left or refused. */
  async #newest(): Promise<ShownPage | undefined> {
    const { channel, limit } = this.#options
    for (let failures = 0; !this.#left.signal.aborted; failures += 1) {
      try {
        return await historyPage(this.#causeway, { channel, limit }, this.#left.signal)
      } catch (error) {
        if (this.#left.signal.aborted) return undefined
        const problem = error instanceof Problem ? error : undefined
        if (problem !== undefined && isFinal(problem)) {
          this.#handlers.connection({ is: 'refused', problem })
          if (problem.type !== 'forbidden') return undefined
          await this.#wait(backoffDelay(failures, Math.random(), FORBIDDEN_BACKOFF))
        } else {
          // A fault of the server's own, which nobody expects to pass, may pass too.
          const least = problem === undefined ? 0 : retryAfterMs(problem)
          const ms = Math.max(backoffDelay(failures, Math.random(), BACKOFF), least)
          await this.#pause(ms, problem === undefined ? 'unreachable' : 'unavailable')
        }
      }
    }
    return undefined
  }

  #pause(ms: number, reason: Reason): Promise<void> {
    this.#handlers.connection({ is: 'reconnecting', reason, retryInMs: ms })
    return this.#wait(ms)
  }

  #wait(ms: number): Promise<void> {
    return pause(ms, this.#wake.signal)
  }

  #endPause(): void {
    this.#wake.abort()
    this.#wake = new AbortController()
  }
}
