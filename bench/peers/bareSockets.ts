import { createServer, type Socket } from 'node:net'
import { Redis } from 'ioredis'
import { MAC_LENGTH } from '../../chassis/copyKeys.ts'

/*
 * The limit if every stream has its own channel: a bare loop from ioredis to sockets. It speaks only the HTTP that a client needs:
 * `GET /<Redis channel> …` is answered once that channel is subscribed; `GET /` is answered at once and stays idle.
 */
const { PORT, REDIS_URL = '', REDIS_PREFIX = '' } = process.env
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n'
const sockets = new Map<string, Socket>()
let wanted: string[] = []
let redis: Redis | undefined

createServer((socket) => {
  socket.on('error', () => {})
  socket.once('data', (request) => {
    const [, channel = ''] = /^GET \/(\S*) /.exec(request.toString('latin1')) ?? []
    if (channel === '') return void socket.write(HEAD)
    const name = REDIS_PREFIX + channel
    sockets.set(name, socket)
    socket.once('close', () => sockets.delete(name))
    if (wanted.push(name) === 1) setImmediate(() => void subscribe())
  })
}).listen({ port: Number(PORT), host: '127.0.0.1', backlog: 65_535 })

async function subscribe(): Promise<void> {
  const names = wanted
  wanted = []
  if (redis === undefined) {
    redis = new Redis(REDIS_URL)
    redis.on('smessage', (name: string, sealed: string) => {
      // The message follows its MAC, which this ignores.
      const json = sealed.slice(MAC_LENGTH)
      const position = json.slice('{"position":'.length, json.indexOf(','))
      sockets.get(name)?.write(`id: bare-${position}\ndata: ${json}\n\n`)
    })
  }
  await redis.ssubscribe(...names)
  for (const name of names) sockets.get(name)?.write(HEAD)
}
