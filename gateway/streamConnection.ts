import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Connection } from 'better-sse'
import { detach } from './detach.ts'

/**
 * Nothing of these is looked at: cursors are read by `eventsQuery.ts`, and a close is heard on the socket. The library would
 * add a listener of each session to the request's signal, and nobody would take them off again: this one takes none.
 */
const URL_ = new URL('http://stream')
const RESPONSE = new Response(null)
const REQUEST = new Request(URL_)
Object.defineProperty(REQUEST, 'signal', {
  value: { addEventListener: () => {}, removeEventListener: () => {} },
})

/**
 * The wire under better-sse's session, as a bare socket. The library's own connection keeps a web Request, a Response and an
 * AbortController for each stream beside Node's request, response and parser, ignores back-pressure, and parses the Host
 * header, which may hold anything. Written uncorked, each chunk would be a packet of its own: `sendHead` corks, and whoever
 * opened the session uncorks when the stream has begun.
 */
export class StreamConnection extends Connection {
  url = URL_
  request = REQUEST
  response = RESPONSE
  readonly socket: Socket
  #head: string

  /** Takes the socket away from the response, whose headers it sends. Undefined where the reader has left. */
  static take(response: ServerResponse): StreamConnection | undefined {
    const head = headOf(response)
    const socket = detach(response)
    return socket && new StreamConnection(head, socket)
  }

  private constructor(head: string, socket: Socket) {
    super()
    this.#head = head
    this.socket = socket
    // Each event is to leave when it is written.
    socket.setNoDelay(true)
  }

  sendHead(): void {
    this.socket.cork()
    this.socket.write(this.#head)
    this.#head = ''
  }

  sendChunk(chunk: string): void {
    if (chunk !== '') this.socket.write(chunk)
  }

  cleanup(): void {}
}

/** The body has no length and no chunks: it lasts as long as the connection (RFC 9112, 6.3). */
const HEADERS = new Map(
  Object.entries({ ...Connection.constants.RESPONSE_HEADERS, Connection: 'close' }).map(
    ([name, value]) => [name.toLowerCase(), value],
  ),
)
const HEAD = ['HTTP/1.1 200 OK\r\n', ...[...HEADERS].map((header) => toLine(...header))].join('')

function headOf(response: ServerResponse): string {
  let head = HEAD
  for (const name of response.getHeaderNames()) {
    if (!HEADERS.has(name)) head += toLine(name, String(response.getHeader(name)))
  }
  return `${head}${toLine('date', new Date().toUTCString())}\r\n`
}

function toLine(name: string, value: string): string {
  return `${name}: ${value}\r\n`
}
