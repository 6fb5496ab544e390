import { createServer, type ServerResponse } from 'node:http'
import { v7 } from 'uuid'
import { openDatabase } from '../../history/database.ts'
import { SENDER } from '../load/messages.ts'

/*
 * What one would write first: a bare node:http server with one prisma.message.create for each post. Its messages are in the log number
 * LOG_ID, whose partitions are there. Its positions are its own count: nothing but this process may write them.
 */
const { PORT, DATABASE_URL = '', LOG_ID } = process.env
const logId = Number(LOG_ID)
const prisma = openDatabase({ databaseUrl: DATABASE_URL, connections: 10, onError: console.error })
const last = await prisma.message.aggregate({ where: { logId }, _max: { position: true } })
let position = last._max.position ?? 0n

createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const channel = request.url?.split('/')[2] ?? ''
    void store(channel, Buffer.concat(chunks).toString(), response)
  })
}).listen(Number(PORT), '127.0.0.1')

async function store(channel: string, body: string, response: ServerResponse): Promise<void> {
  try {
    const stored = await prisma.message.create({
      data: {
        logId,
        position: ++position,
        previous: 0n,
        id: v7(),
        channel,
        type: 'message',
        senderId: SENDER.id,
        senderName: SENDER.name,
        data: JSON.parse(body).data,
        sentAt: new Date(),
      },
    })
    response.writeHead(201, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify({ ...stored, position: Number(stored.position), previous: 0 }))
  } catch (error) {
    console.error(error)
    response.writeHead(500).end()
  }
}
