import { createServer } from 'node:http'
import { encodeMessage } from '../../contract/message.ts'
import { ID, SENDER, SENT_AT } from '../load/messages.ts'

/* The limit of posts: a bare node:http server that parses a post and answers the same bytes as ingest. It stores nothing. */
const { PORT } = process.env
let position = 0

createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const { data } = JSON.parse(Buffer.concat(chunks).toString())
    const channel = request.url?.split('/')[2] ?? ''
    position++
    const json = encodeMessage({
      position,
      previous: position - 1,
      id: ID,
      channel,
      type: 'message',
      sender: SENDER,
      data: JSON.stringify(data),
      sentAt: SENT_AT,
    })
    response.writeHead(201, {
      Location: `/channels/${channel}/messages/${position}`,
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(json),
    })
    response.end(json)
  })
}).listen(Number(PORT), '127.0.0.1')
