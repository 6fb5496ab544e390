import type { ServerResponse } from 'node:http'
import { Connection } from 'better-sse'

/** Nothing of it is looked at: cursors are read by `eventsQuery.ts`, and a close is heard on the response itself. */
const URL_ = new URL('http://stream')
const REQUEST = new Request(URL_)
const RESPONSE = new Response(null)

/**
 * A connection under better-sse's session that is no more than the response. The library's own makes a web Request, a Response
 * and an AbortController for each stream, which is twice the memory of the response, and parses the Host header, which may
 * hold anything.
 */
export class StreamConnection extends Connection {
  url = URL_
  request = REQUEST
  response = RESPONSE
  readonly #response: ServerResponse

  constructor(response: ServerResponse) {
    super()
    this.#response = response
  }

  sendHead(): void {
    this.#response.writeHead(200, Connection.constants.RESPONSE_HEADERS)
  }

  sendChunk(chunk: string): void {
    // The library sends an empty chunk where it has nothing to say, and that would end a chunked body's framing.
    if (chunk !== '') this.#response.write(chunk)
  }

  cleanup(): void {}
}
