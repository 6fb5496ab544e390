import { type Connection, connectionOf, sameConnection } from './connection.ts'
import { problemOf } from './sdk/problemResponse.ts'
import {
  type Effect,
  type Input,
  type Step,
  type StreamState,
  advance,
  start,
} from './streamState.ts'
import { isControl, isMessage, parseJson } from './sdk/typeGuards.ts'
import type { ControlEvents } from '../contract/events.ts'
import type { Message } from '../contract/message.ts'

export interface StreamHandlers {
  /** Each message once, in position order. */
  message: (message: Message) => void
  /** Messages that are lost. */
  gap: (gap: ControlEvents['gap']) => void
  /** The log was replaced: drop what is shown, load history, open a new stream. This stream is closed. */
  reset: (reset: ControlEvents['reset']) => void
  connection: (connection: Connection) => void
}

/**
 * Sees that the token is good for a while: at once, or by getting another. `refused`: the present one was refused, so it is not.
 * Resolves to false if nobody is signed in any more.
 */
export type Renew = (refused: boolean) => Promise<boolean>

export interface StreamOptions {
  /** The address of Causeway, e.g. `document.baseURI`. */
  base: string
  channels: string[]
  /** An event id, a position, a time or `-N`. */
  since: string
  /** Without it, the stream needs no token. */
  renew?: Renew
  /** For runtimes without a global EventSource. */
  EventSource?: typeof EventSource
}

/** The server may take so long to say why it refused. */
const ASK_TIMEOUT_MS = 10_000

/** Live messages of some channels. The stream opens at once, and reconnects and resumes until it is closed. */
export class ChannelStream {
  readonly #url: URL
  readonly #handlers: StreamHandlers
  readonly #EventSource: typeof EventSource
  readonly #renewToken: Renew
  readonly #ticker: ReturnType<typeof setInterval>
  #state: StreamState
  #source: EventSource | undefined
  #shown: Connection | undefined

  constructor(options: StreamOptions, handlers: StreamHandlers) {
    this.#url = new URL('events', options.base)
    for (const channel of options.channels) this.#url.searchParams.append('channel', channel)
    this.#handlers = handlers
    this.#EventSource = options.EventSource ?? globalThis.EventSource
    this.#renewToken = options.renew ?? (() => Promise.resolve(false))
    this.#ticker = setInterval(() => this.check(), 1_000)
    const first = start(options.since, Date.now())
    this.#state = first[0]
    this.#take(first)
  }

  /** Checks the deadlines now: after sleep, a page's timers fire late. */
  check(): void {
    this.#put({ is: 'tick', at: Date.now() })
  }

  /** Takes what the browser says about the network. */
  network(state: 'online' | 'offline'): void {
    this.#put({ is: state, at: Date.now() })
  }

  close(): void {
    this.#put({ is: 'close' })
  }

  #put(input: Input): void {
    this.#take(advance(this.#state, input))
  }

  #take([state, effects]: Step): void {
    this.#state = state
    for (const effect of effects) this.#run(effect)
    if (state.phase === 'closed' || state.phase === 'refused') clearInterval(this.#ticker)
    const connection = connectionOf(this.#state)
    if (sameConnection(this.#shown, connection)) return
    this.#shown = connection
    this.#handlers.connection(connection)
  }

  #run(effect: Effect): void {
    switch (effect.do) {
      case 'open':
        return this.#open(effect.since)
      case 'close':
        this.#source?.close()
        this.#source = undefined
        return
      case 'ask':
        void this.#ask()
        return
      case 'renew':
        void this.#renew(false)
        return
      case 'deliver':
        return this.#handlers.message(effect.message)
      case 'gap':
        return this.#handlers.gap(effect.gap)
      case 'reset':
        return this.#handlers.reset(effect.reset)
    }
  }

  #open(since: string): void {
    const source = new this.#EventSource(this.#urlSince(since))
    this.#source = source
    const listen = (
      name: string,
      input: (data: unknown, id: string, at: number) => Input | false,
    ) =>
      source.addEventListener(name, (event: MessageEvent<string>) => {
        if (source !== this.#source) return
        const given = input(parseJson(event.data), event.lastEventId, Date.now())
        if (given !== false) this.#put(given)
      })
    listen('message', (data, id, at) => {
      return isMessage(data) && { is: 'message', at, id, message: data, random: Math.random() }
    })
    listen(
      'ready',
      (data, id, at) => isControl('ready', data) && { is: 'ready', at, id, ready: data },
    )
    listen('heartbeat', (data, id, at) => {
      return isControl('heartbeat', data) && { is: 'heartbeat', at, id, heartbeat: data }
    })
    listen('gap', (data, _id, at) => isControl('gap', data) && { is: 'gap', at, gap: data })
    listen('reset', (data) => isControl('reset', data) && { is: 'reset', reset: data })
    listen('goodbye', (data, _id, at) => {
      if (!isControl('goodbye', data)) return false
      return { is: 'goodbye', at, random: Math.random(), reason: data.reason }
    })
    source.addEventListener('error', () => {
      if (source !== this.#source) return
      const at = Date.now()
      const ended = source.readyState === source.CLOSED
      this.#put(ended ? { is: 'ended', at, random: Math.random() } : { is: 'dropped', at })
    })
  }

  async #ask(): Promise<void> {
    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(), ASK_TIMEOUT_MS)
    try {
      const response = await fetch(this.#urlSince(this.#state.since), { signal: controller.signal })
      const problem = response.ok ? undefined : await problemOf(response)
      if (problem?.type === 'unauthenticated' && (await this.#renew(true))) return
      this.#put({ is: 'answered', problem })
    } catch {
      // Without an answer the stream goes on: it is waiting for its next attempt anyway.
    } finally {
      clearTimeout(timer)
      // If the server granted the stream this time, it must not stay open beside the real one.
      controller.abort()
    }
  }

  async #renew(refused: boolean): Promise<boolean> {
    try {
      const renewed = await this.#renewToken(refused)
      if (renewed) this.#put({ is: 'renewed', at: Date.now() })
      return renewed
    } catch {
      // Nobody knows yet: the stream is waiting for its next attempt anyway.
      return true
    }
  }

  #urlSince(since: string): URL {
    const url = new URL(this.#url)
    url.searchParams.set('since', since)
    return url
  }
}
