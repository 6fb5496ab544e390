import { createServer, type ServerResponse } from 'node:http'
import { Redis } from 'ioredis'
import { MAC_LENGTH } from '../../chassis/copyKeys.ts'

/*
 * The limit: a bare node:http server that sends the messages of one Redis channel to all streams, and joins the messages of one
 * turn of the event loop into one write per stream. It neither resumes nor checks, and knows no slow consumers.
 */
const { PORT, REDIS_URL = '', REDIS_CHANNEL = '' } = process.env
const responses = new Set<ServerResponse>()
let waiting = ''

if (REDIS_CHANNEL !== '') {
  const redis = new Redis(REDIS_URL)
  redis.on('smessage', (_channel: string, sealed: string) => {
    // The message follows its MAC, which this ignores.
    const json = sealed.slice(MAC_LENGTH)
    if (waiting === '') setImmediate(flush)
    const position = json.slice('{"position":'.length, json.indexOf(','))
    waiting += `id: plain-${position}\ndata: ${json}\n\n`
  })
  await redis.ssubscribe(REDIS_CHANNEL)
}

createServer((_request, response) => {
  // A body that ends with its connection needs no chunk around every write.
  response.useChunkedEncodingByDefault = false
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  response.write('retry: 2000\n\n')
  responses.add(response)
  response.on('close', () => responses.delete(response))
}).listen({ port: Number(PORT), host: '127.0.0.1', backlog: 65_535 })

function flush(): void {
  const chunk = Buffer.from(waiting)
  waiting = ''
  for (const response of responses) response.write(chunk)
}
