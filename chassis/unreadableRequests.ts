import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { Problem } from '../contract/problem.ts'
import { renderProblem } from './problems.ts'
import { SAFE_LINES } from './safeHeaders.ts'

/** Requests that never reach a listener get a problem. Node's own answers to them are empty. */
export function answerUnreadableRequests(server: Server): void {
  /** Of each connection, the response to its last request that could be read. */
  const responses = new WeakMap<Duplex, ServerResponse>()
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    responses.set(request.socket, response)
    // Node's parser loses what follows such a request, although nobody upgrades the connection.
    if (request.headers.upgrade !== undefined) response.shouldKeepAlive = false
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // It is gone, or it was told already: Node reports every packet that follows. Or its client sends more behind the request that it
    // called its last, whose answer ends the connection.
    if (!socket.writable || error.code === 'HPE_CLOSED_CONNECTION') return
    const response = responses.get(socket)
    if (response !== undefined && isUnderWay(response)) {
      if (error.code !== 'ERR_HTTP_REQUEST_TIMEOUT') return void socket.destroy()
      // A body that is answered line by line may take as long as it likes; what follows the last answer is read by nobody.
      return void response.once('finish', () => closeUnread(response))
    }
    const isBody = response !== undefined && !response.headersSent && !response.req.complete
    const problem = problemOf(error, isBody)
    if (problem === undefined) return void socket.destroy()
    if (isBody || response === undefined || response.writableFinished) return end(socket, problem)
    // Now it would be taken for the answer to the request before it.
    socket.pause()
    response.once('finish', () => end(socket, problem))
  })
  server.on('connect', (_request, socket) => end(socket, new Problem('method-not-allowed')))
  // Node would answer 417. To ignore what one does not know is as right (RFC 9110, 10.1.1), and ends no EventSource.
  server.on('checkExpectation', (request, response) => {
    server.emit('request', request, response)
  })
}

/**
 * Undefined if the connection had better break: so does it when the network is at fault, and then every client comes back. An
 * EventSource that is answered 408 never does.
 */
function problemOf({ code = '' }: NodeJS.ErrnoException, isBody: boolean): Problem | undefined {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return isBody ? new Problem('request-timeout') : undefined
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new Problem('malformed-request', 'Its header is too large.')
  }
  return code.startsWith('HPE_') ? new Problem('malformed-request') : undefined
}

/** Its answer has begun, and its body has not ended. */
function isUnderWay({ headersSent, writableFinished, req }: ServerResponse): boolean {
  return headersSent && !writableFinished && !req.complete
}

/** Ends the connection of an answer that is complete before its request, unless that comes to its end soon. */
export function closeUnread({ req }: ServerResponse): void {
  if (req.complete) return
  req.resume()
  const timer = setTimeout(() => req.socket.destroy(), UNREAD_MS).unref()
  req.once('close', () => clearTimeout(timer))
}

/** So long may a client go on to send what nobody reads. */
const UNREAD_MS = 2_000

function ignore(): void {}

function end(socket: Duplex, problem: Problem): void {
  // Without an id: no line of the log has it, and the edge adds its own.
  const headers = `${SAFE_LINES}Connection: close\r\n\r\n`
  socket.end(renderProblem(problem, { headers }))
  // A close with bytes unread is a reset, at which a client that still sends its body loses the answer. To hear 'data' takes the
  // connection from Node's parser, which would report every packet.
  socket.on('data', ignore).removeAllListeners('data').resume()
  const timer = setTimeout(() => socket.destroy(), UNREAD_MS)
  socket.once('close', () => clearTimeout(timer))
}
