import type { Socket } from 'node:net'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { connectTo } from './connectTo.ts'

/** A reader of a stream on a bare socket: it can stop reading, and sees how the response ends. */
export class RawReader {
  readonly socket: Socket
  /** The head of the response, byte for byte. */
  head = ''
  readonly events: EventSourceMessage[] = []
  readonly retries: number[] = []
  /** How the response ended; `undefined` while it continues. */
  ended: 'cleanly' | 'broken' | undefined
  #body = false

  /** An undefined header is omitted, even one that every reader sends. `ca`: the authority to trust, if it is not a usual one. */
  constructor(url: string, headers: Record<string, string | undefined> = {}, ca?: string) {
    const { pathname, search } = new URL(url)
    this.socket = connectTo(url, ca)
    const lines = Object.entries({ Host: 'x', Accept: 'text/event-stream', ...headers })
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}: ${value}\r\n`)
    this.socket.write(`GET ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`)
    const parser = createParser({
      onEvent: (event) => void this.events.push(event),
      onRetry: (ms) => void this.retries.push(ms),
    })
    this.socket.setEncoding('utf8')
    this.socket.on('data', (chunk: string) => {
      if (this.#body) return parser.feed(chunk)
      this.head += chunk
      const end = this.head.indexOf('\r\n\r\n')
      if (end < 0) return
      this.#body = true
      parser.feed(this.head.slice(end + 4))
      this.head = this.head.slice(0, end)
    })
    this.socket.on('end', () => (this.ended ??= 'cleanly'))
    this.socket.on('error', () => (this.ended ??= 'broken'))
    this.socket.on('close', () => (this.ended ??= 'broken'))
  }

  /** The events with a name; messages have none. */
  named(name?: string): EventSourceMessage[] {
    return this.events.filter(({ event }) => event === name)
  }
}
