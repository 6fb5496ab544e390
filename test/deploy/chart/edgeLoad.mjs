import { createServer } from 'node:http'
import { connect } from 'node:net'

/**
 * Idle streams, in a process of their own because a process may open only so many files.
 * `node edgeLoad.mjs serve PORT`: a gateway that ends no stream, and sends heartbeats as a real one does.
 * `node edgeLoad.mjs open PORT COUNT ADDRESS`: opens so many from that address. Each prints "ready" when it is, and lives until it is ended.
 */
const [mode, port, count, localAddress] = process.argv.slice(2)
/** As many as wait for their first event at once. */
const AT_ONCE = 200

/** nginx ends a stream on which nothing comes for a minute, and to open many takes longer. */
const HEARTBEAT_MS = 20_000

if (mode === 'serve') {
  const streams = new Set()
  setInterval(() => {
    for (const stream of streams) stream.write('event:heartbeat\ndata:{}\n\n')
  }, HEARTBEAT_MS)
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.write('event:ready\ndata:{}\n\n')
    streams.add(response)
    response.on('close', () => streams.delete(response))
  })
  server.listen({ port: Number(port), host: '127.0.0.1', backlog: 65_535 }, () => ready())
} else {
  let left = Number(count)
  let waiting = 0
  const next = () => {
    while (left > 0 && waiting < AT_ONCE) {
      left--
      waiting++
      open()
    }
    if (waiting === 0) ready()
  }
  const open = () => {
    const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress })
    socket.write('GET /events?channel=a HTTP/1.1\r\nHost: localhost\r\n\r\n')
    socket.once('data', (data) => {
      if (!data.includes('event:ready') && !data.includes('200 OK')) throw new Error(String(data))
      waiting--
      next()
    })
    socket.on('error', (error) => {
      throw error
    })
    socket.on('end', () => {
      throw new Error('nginx ended a stream')
    })
  }
  next()
}

function ready() {
  process.stdout.write('ready\n')
}
