import { randomUUID } from 'node:crypto'
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
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // It is gone, or it was told already: Node reports every packet that follows.
    if (!socket.writable) return
    const response = responses.get(socket)
    const isBody = response !== undefined && !response.headersSent && !response.req.complete
    const problem = problemOf(error, isBody)
    // Behind a request that still waits for its answer, this answer would be taken for that one.
    const isTurn = isBody || response === undefined || response.writableFinished
    if (problem !== undefined && isTurn) end(socket, problem)
    else socket.destroy()
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

function end(socket: Duplex, problem: Problem): void {
  const requestId = randomUUID()
  const headers = `X-Request-Id: ${requestId}\r\n${SAFE_LINES}Connection: close\r\n\r\n`
  socket.end(renderProblem(problem, { requestId, headers, method: '' }), () => socket.destroy())
}
