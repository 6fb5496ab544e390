import type { RequestListener, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '../../chassis/clock.ts'
import { isHostMissing } from '../../chassis/http.ts'
import type { Route } from '../../chassis/route.ts'
import { readRequestHead } from '../../chassis/requestHead.ts'
import { HEADERS, type Handle } from './exchange.ts'

const PATH = '/events'
/** What the app behind the door knows of it: it only refuses other methods. */
export const ROUTES: Route[] = [{ path: PATH, answeredBefore: ['GET', 'HEAD'] }]

const SWEEP_MS = 1_000
/**
 * A server that does not listen any more waits for its connections. One that has sent nothing may still have a request on its
 * way, but not for longer than this.
 */
const GRACE_MS = 1_500

/**
 * Stands in front of the server's own listener for connections. Most connections to a gateway bring one ordinary `GET /events`,
 * whole, in their first packet: that one is read here, at a third of what it costs to have it parsed as anything that HTTP can
 * be, and leaves neither parser nor request nor response behind for the life of its stream. Every other connection goes to
 * Node as if it had never been here, and what Node waits for, it times from then on.
 */
export function openFrontDoor(server: Server, handle: Handle, clock: Clock): void {
  const nodes = server.listeners('connection')
  /** Connections that have sent nothing yet, and since when; the oldest first. */
  const waiting = new Map<Socket, number>()

  const leave = (socket: Socket): void => {
    waiting.delete(socket)
    socket.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onError)
  }

  // One function each for all connections: thousands may wait.
  function onData(this: Socket, chunk: Buffer): void {
    leave(this)
    const request = readRequestHead(chunk, HEADERS)
    if (request?.path === PATH) return handle({ ...request, method: 'GET', socket: this })
    // Paused, so that nothing moves before Node listens.
    this.pause()
    this.unshift(chunk)
    for (const listener of nodes) Reflect.apply(listener, server, [this])
    this.resume()
  }
  function onClose(this: Socket): void {
    waiting.delete(this)
  }

  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    waiting.set(socket, clock.now())
    socket.on('error', onError).on('close', onClose).on('end', onEnd).on('data', onData)
  })

  const stop = clock.every(SWEEP_MS, () => {
    const mostMs = server.listening ? server.headersTimeout : GRACE_MS
    for (const [socket, since] of waiting) {
      if (clock.now() - since < mostMs) return
      socket.destroy()
    }
  })
  server.once('close', stop)
}

function onEnd(this: Socket): void {
  this.destroy()
}

/** A reset is only another way to leave: 'close' follows it. */
function onError(): void {}

const EVENTS_URL = /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]*)?\/events(?:\?([^#]*))?(?:#.*)?$/

/**
 * For Node's server: `GET` and `HEAD` of `/events` are answered by the handler, everything else by `app`, which also refuses what
 * names no host.
 */
export function createListener(handle: Handle, app: RequestListener): RequestListener {
  const answered = new WeakSet<Socket>()
  return (request, response) => {
    const { method = '', url = '', headers, socket } = request
    const found = EVENTS_URL.exec(url)
    const isAsked = found !== null && (method === 'GET' || method === 'HEAD')
    if (!isAsked || isHostMissing(request)) return app(request, response)
    // Not before all of the request is there, and whatever came in the same packet was parsed: until then it is Node's to time.
    request.resume().once('end', () => {
      // Behind a stream, which came in the same packet, nothing is answered: the stream has no end.
      if (socket.destroyed || answered.has(socket)) return
      // It waits behind another request, in front of whose answer nothing may be written.
      if (response.socket === null) return void socket.destroy()
      // To hear 'data' takes the connection from Node's parser, which reads past the socket. It must get no byte any more: it
      // would put an answer of its own, to whatever comes, into the stream.
      socket.on('data', onError).removeAllListeners('data')
      // Node keeps the request as long as the connection lasts. What may be large in it is not kept.
      Object.assign(request, { url: '', headers: {}, rawHeaders: [] })
      answered.add(socket)
      handle({ method, search: found[1] ?? '', headers, socket })
    })
  }
}
