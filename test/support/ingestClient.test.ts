import { createServer } from 'node:http'
import { expect, test } from '@jest/globals'
import { disposables } from './disposables.ts'
import { messageOf, post, postUntilStored } from './ingestClient.ts'
import { openServer } from './openServer.ts'

const opened = disposables()

/** Answers with these statuses in turn. Returns the origin, and the keys that came. */
async function ingest(...statuses: number[]) {
  const keys: unknown[] = []
  const server = createServer((request, response) => {
    keys.push(request.headers['idempotency-key'])
    response.writeHead(statuses.shift() ?? 500).end('{"position":7}')
  })
  return { origin: `http://127.0.0.1:${await openServer(opened, server)}`, keys }
}

test('a post that is answered with 503 is repeated by the same key until the message is stored', async () => {
  const { origin, keys } = await ingest(503, 503, 200)
  expect(await postUntilStored(origin, 'a', 1)).toEqual({ position: 7 })
  expect(keys).toEqual([expect.stringMatching(/^[\w-]{36}$/), keys[0], keys[0]])
})

test('a post that is refused for another reason is not taken for a stored message', async () => {
  const { origin } = await ingest(503, 429, 503)
  await expect(postUntilStored(origin, 'a', 1)).rejects.toThrow('answered with 429')
  await expect(messageOf(post(origin, 'a', { data: 1 }))).rejects.toThrow('answered with 503')
})
