import { type ClientRequest, type IncomingMessage, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../model/random.ts'
import { EventParser } from './eventParser.ts'
import type { Journal } from './journal.ts'

export type Pace = 'fast' | 'slow' | 'stalled'

export interface ReaderOptions {
  channels: readonly string[]
  since?: string | undefined
  /** Origins; after each end it goes on to the next. */
  origins: readonly string[]
  journal: Journal
  random: Random
}

/** Streams beat every two seconds in a fault run: after this much silence the link is taken for dead. */
const WATCHDOG_MS = 4_000
/** A stream may take longer to begin: who asks again meanwhile only makes a subscribers larger. */
const OPEN_WITHIN_MS = 15_000
const RETRY_MS = 300
/** What a slow consumer takes every tenth of a second: 1 kB/s. */
const SIP_BYTES = 100

/** A lean subscriber: follows one stream at a time, comes back with the last id that it has heard, and never gives up. */
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

  /** Leaves the stream abruptly; it comes back with its id. */
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
    const parser = new EventParser(this.#lastId)
    const { journal } = this.#options
    response.setEncoding('utf8')
    const take = (chunk: string) => {
      alive()
      for (const { name, data, lastId } of parser.push(chunk)) {
        // First what the application gets, then the id: the other way round a crash in between would skip it.
        journal.event(name, data, lastId)
      }
      this.#lastId = parser.lastId
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

  /** Reads what is there, or sips at it, or leaves it. Who reads slowly on purpose is not alarmed by silence. */
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
