import type { ControlEvents } from '../../contract/events.ts'
import type { Message } from '../../contract/message.ts'
import { RawReader } from './rawReader.ts'

/** A reader whose connection is cut again and again. It comes back with its last id, to any gateway. */
export class CutReader {
  readonly channels: readonly string[]
  /** What came, in order. */
  readonly messages: Message[] = []
  readonly begun = new Set<string>()
  /** Events that a reader of a log without a fault gets none of. */
  readonly told: string[] = []
  lastId = ''
  cuts = 0
  readonly #origins: readonly string[]
  readonly #query: string
  #reader: RawReader | undefined
  /** Events of this connection that were taken. */
  #taken = 0
  #isClosed = false

  /** `query`: if it asks for more than its channels. */
  constructor(origins: readonly string[], channels: readonly string[], query?: string) {
    this.#origins = origins
    this.channels = channels
    this.#query = query ?? channels.map((name) => `channel=${name}`).join('&')
    this.#connect()
  }

  get isReady(): boolean {
    this.#take()
    return this.channels.every((name) => this.begun.has(name))
  }

  get count(): number {
    this.#take()
    return this.messages.length
  }

  /** Everything that has not arrived is lost. */
  cut(): void {
    this.cuts++
    this.#take()
    this.#reader?.socket.resetAndDestroy()
    this.#connect()
  }

  close(): void {
    this.#isClosed = true
    this.#reader?.socket.destroy()
  }

  #connect(): void {
    if (this.#isClosed) return
    const origin = this.#origins[Math.floor(Math.random() * this.#origins.length)] ?? ''
    const id = this.lastId === '' ? undefined : this.lastId
    const reader = new RawReader(`${origin}/events?${this.#query}`, {
      // The edge serves its own name only.
      Host: 'localhost',
      'Last-Event-ID': id,
    })
    this.#reader = reader
    this.#taken = 0
    reader.socket.on('close', () => {
      if (this.#reader !== reader) return
      this.#take()
      setTimeout(() => this.#reader === reader && this.#connect(), 50)
    })
  }

  #take(): void {
    const { events = [] } = this.#reader ?? {}
    for (; this.#taken < events.length; this.#taken++) {
      const { event, id, data } = events[this.#taken] ?? { data: '' }
      if (id !== undefined) this.lastId = id
      if (event === undefined) {
        const message: Message = JSON.parse(data)
        this.messages.push(message)
      } else if (event === 'gap' || event === 'reset') this.told.push(`${event} ${data}`)
      else if (event === 'ready') this.#begin(data)
    }
  }

  #begin(data: string): void {
    const { channels, complete }: ControlEvents['ready'] = JSON.parse(data)
    for (const name of Object.keys(channels)) {
      if (!complete && this.begun.has(name)) this.told.push(`${name} began again`)
      this.begun.add(name)
    }
  }
}
