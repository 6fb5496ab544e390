import { advance } from './advance.ts'
import type { Causeway } from './causeway.ts'
import { type Connection, connectionOf } from './connection.ts'
import { readSource } from './readSource.ts'
import type { SourceOptions } from './source.ts'
import { SteadyClock } from './steadyClock.ts'
import {
  type Effect,
  type News,
  type SourceKind,
  type Step,
  type StreamState,
  start,
} from './streamState.ts'
import type { ControlEvents } from '../../contract/events.ts'
import type { Message } from '../../contract/message.ts'
import type { PresenceEvent } from '../../contract/presence.ts'
import type { Signal } from '../../contract/signal.ts'

export interface StreamHandlers {
  /** Each message once, in the order of its log. */
  message: (message: Message) => void
  /** Messages that cannot be had. */
  gap: (gap: ControlEvents['gap']) => void
  /** The log was replaced: drop what is shown, load history, open a new stream. This stream is closed. */
  reset: (reset: ControlEvents['reset']) => void
  connection: (connection: Connection) => void
  /** For the channels of `presence`; `Presence` keeps it. */
  presence?: ((event: PresenceEvent) => void) | undefined
  /** For the channels of `signals`. */
  signal?: ((signal: Signal) => void) | undefined
}

export interface StreamOptions {
  channels: readonly string[]
  /** Those of them in which one is present, and hears who else is: 10 at most. */
  presence?: readonly string[] | undefined
  /** Those of them whose signals one hears. */
  signals?: readonly string[] | undefined
  /** An event id, a position, a time or `-N`; '' is now. */
  since: string
  /** How it is read: `read` of `SharedSources` shares one connection. By default it has one of its own. */
  source?: ((by: SourceKind, options: SourceOptions) => Promise<void>) | undefined
}

/** Live messages of some channels. The stream opens at once, and reconnects and resumes until it is closed. */
export class Stream {
  readonly #causeway: Causeway
  readonly #asked: Pick<SourceOptions, 'channels' | 'presence' | 'signals'>
  readonly #handlers: StreamHandlers
  readonly #clock = new SteadyClock()
  readonly #read: typeof readSource
  readonly #ticker: ReturnType<typeof setInterval>
  #state: StreamState
  #source: AbortController | undefined
  #wasOpened = false
  #shown = ''

  constructor(causeway: Causeway, options: StreamOptions, handlers: StreamHandlers) {
    const { channels, presence = [], signals = [], since, source = readSource } = options
    this.#causeway = causeway
    this.#asked = { channels, presence, signals }
    this.#handlers = handlers
    this.#read = source
    this.#ticker = setInterval(() => this.check(), 1_000)
    const first = start(since, this.#clock.now())
    this.#state = first[0]
    this.#take(first)
  }

  /** Checks the deadlines now: after sleep, a page's timers fire late. */
  check(): void {
    this.#put({ is: 'tick' })
  }

  /** Takes what the browser says about the network. */
  network(state: 'online' | 'offline'): void {
    this.#put({ is: state })
  }

  /** Does not wait any longer for the next attempt. */
  retryNow(): void {
    this.#put({ is: 'retryNow' })
  }

  close(): void {
    this.#put({ is: 'close' })
  }

  #put(news: News): void {
    const moment = { at: this.#clock.now(), random: Math.random() }
    this.#take(advance(this.#state, { ...news, ...moment }))
  }

  #take([state, effects]: Step): void {
    this.#state = state
    for (const effect of effects) this.#run(effect)
    if (state.phase === 'closed' || state.phase === 'refused') clearInterval(this.#ticker)
    this.#show()
  }

  #run(effect: Effect): void {
    switch (effect.do) {
      case 'open':
        return this.#open(effect.by, effect.since)
      case 'close':
        this.#source?.abort()
        this.#source = undefined
        return
      case 'renew':
        void this.#renew(effect.refused)
        return
      case 'deliver':
        return this.#handlers.message(effect.message)
      case 'presence':
        return this.#handlers.presence?.(effect.presence)
      case 'signal':
        return this.#handlers.signal?.(effect.signal)
      case 'gap':
        return this.#handlers.gap(effect.gap)
      case 'reset':
        return this.#handlers.reset(effect.reset)
    }
  }

  #open(by: SourceKind, since: string): void {
    const source = new AbortController()
    this.#source = source
    const again = this.#wasOpened
    this.#wasOpened = true
    void this.#read(by, {
      causeway: this.#causeway,
      ...this.#asked,
      since,
      again,
      signal: source.signal,
      // A source that was replaced may have more to say, which nobody may hear.
      put: (news) => {
        if (source === this.#source) this.#put(news)
      },
    })
  }

  async #renew(refused: boolean): Promise<void> {
    try {
      const good = await this.#causeway.renew(refused)
      this.#put({ is: 'renewed', good })
    } catch {
      // Nobody knows yet: the stream is waiting for its next attempt anyway.
    }
  }

  #show(): void {
    const connection = connectionOf(this.#state, this.#clock.now())
    const { is, reason = '' } = { reason: undefined, ...connection }
    const shown = `${is} ${reason} ${is === 'reconnecting' ? this.#state.retryAt : ''}`
    if (shown === this.#shown) return
    this.#shown = shown
    this.#handlers.connection(connection)
  }
}
