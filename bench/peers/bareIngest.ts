import { createServer } from 'node:http'
import { sameAnswer } from './sameAnswer.ts'

/* The limit of posts: a bare node:http server that parses a post and answers the same bytes as ingest. It stores nothing. */
const { PORT } = process.env

createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const { json, headers } = sameAnswer(request.url?.split('/')[2] ?? '', chunks)
    response.writeHead(201, headers)
    response.end(json)
  })
}).listen(Number(PORT), '127.0.0.1')
