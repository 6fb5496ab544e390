import { createParser } from 'eventsource-parser'
import { type ClientRequest, type IncomingMessage, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../model/random.ts'
import type { Journal } from './journal.ts'

type Pace = 'fast' | 'slow' | 'stalled'

interface ReaderOptions {
  channels: readonly string[]
  since?: string | undefined
  /** Origins; after each end it goes to the next one. */
  origins: readonly string[]
  headers: Record<string, string>
  journal: Journal
  random: Random
}

/** Heartbeats come every two seconds in a fault run: after this much silence the link counts as dead. */
const WATCHDOG_MS = 4_000
/** A stream may take longer to begin: a reader that asked again meanwhile would only add load. */
const OPEN_WITHIN_MS = 15_000
const RETRY_MS = 300
/** A slow consumer takes this much every tenth of a second: 1 kB/s. */
const SIP_BYTES = 100

/** Our own subscriber: it follows one stream at a time, returns with its last id, and never stops trying. */
export class Reader {
  pace: Pace = 'fast'
  readonly #options: ReaderOptions
  #lastId = ''
  #at = 0
  #request: ClientRequest | undefined
  #isClosed = false
  #running: Promise<void> | undefined

  constructor(options: ReaderOptions) {
    this.#options = options
    this.#at = options.random.between(0, options.origins.length - 1)
  }

  get journal(): Journal {
    return this.#options.journal
  }

  get channels(): readonly string[] {
    return this.#options.channels
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Drops the connection; the reader returns with its id. */
  drop(): void {
    this.#request?.destroy()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#request?.destroy()
    await this.#running
  }

  async #run(): Promise<void> {
    const { origins, journal, random } = this.#options
    while (!this.#isClosed) {
      const origin = origins[this.#at++ % origins.length] ?? ''
      journal.connect(origin, this.#lastId)
      const why = await this.#follow(origin).catch((error: Error) => error.message)
      journal.close(why)
      if (!this.#isClosed) await sleep(RETRY_MS * (0.5 + random.next()))
    }
  }

  async #follow(origin: string): Promise<string> {
    const url = new URL('/events', origin)
    for (const channel of this.#options.channels) url.searchParams.append('channel', channel)
    if (this.#options.since !== undefined) url.searchParams.set('since', this.#options.since)
    const headers = {
      accept: 'text/event-stream',
      ...this.#options.headers,
      ...(this.#lastId === '' ? {} : { 'last-event-id': this.#lastId }),
    }
    const request = get(url, { headers, agent: false })
    this.#request = request
    const silent = () => request.destroy(new Error('silent'))
    let watchdog = setTimeout(silent, OPEN_WITHIN_MS)
    const alive = () => void watchdog.refresh()
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request.on('response', resolve).on('error', reject)
      })
      if (response.statusCode !== 200) {
        response.resume()
        return `status ${response.statusCode}`
      }
      clearTimeout(watchdog)
      watchdog = setTimeout(silent, WATCHDOG_MS)
      await this.#read(response, alive)
      return 'end'
    } finally {
      clearTimeout(watchdog)
      request.destroy()
    }
  }

  async #read(response: IncomingMessage, alive: () => void): Promise<void> {
    const parser = createParser({
      onEvent: ({ event = 'message', data, id = this.#lastId }) => {
        // The application first, then the id: the other way round, a crash in between would skip the event.
        this.#options.journal.event(event, data, id)
        this.#lastId = id
      },
    })
    response.setEncoding('utf8')
    const take = (chunk: string) => {
      alive()
      parser.feed(chunk)
    }
    await new Promise<void>((resolve, reject) => {
      response.on('end', resolve).on('error', reject).on('close', resolve)
      let isDrinking = false
      const drink = () => {
        if (isDrinking) return
        isDrinking = true
        this.#drink(response, take, alive)
          .finally(() => (isDrinking = false))
          .catch(reject)
      }
      response.on('readable', drink)
    })
  }

  /** Reads all bytes, or a few, or none. The watchdog ignores a reader that is slow on purpose. */
  async #drink(
    response: IncomingMessage,
    take: (chunk: string) => void,
    alive: () => void,
  ): Promise<void> {
    while (this.pace !== 'fast') {
      alive()
      if (response.destroyed) return
      const sip: string | null = this.pace === 'slow' ? response.read(SIP_BYTES) : null
      if (sip !== null) take(sip)
      await sleep(100)
    }
    for (;;) {
      const chunk: string | null = response.read()
      if (chunk === null) return
      take(chunk)
    }
  }
}
