import { afterEach, expect, test } from '@jest/globals'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { Api } from './api.ts'
import { senderHeaders } from './identity.ts'
import { aMessage } from './sdk/messageFixture.ts'
import { Unreachable } from './sdk/request.ts'
import { answerJson, type FixtureServer, serve } from './sdk/serverFixture.ts'
import { Problem } from '../contract/problem.ts'

let server: FixtureServer | undefined
afterEach(async () => server?.stop())

type Answer = (response: ServerResponse) => void

interface Asked {
  method: string | undefined
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: string
}

const senderOf = () => senderHeaders({ id: 'alice', name: 'Älice 🙂' })

/** Far longer than a call lasts here: one that never ends fails by its name. */
const limit = () => AbortSignal.timeout(10_000)

/** The server gives the answers in turn, and the last one for ever. */
async function api(...answers: Answer[]): Promise<{ asked: Asked[]; api: Api }> {
  const asked: Asked[] = []
  const take = async (request: IncomingMessage, response: ServerResponse, url: URL) => {
    const { method, headers } = request
    const body = await text(request)
    asked.push({ method, path: url.pathname, query: url.searchParams, headers, body })
    answers[Math.min(asked.length, answers.length) - 1]?.(response)
  }
  server = await serve((request, response, url) => void take(request, response, url))
  return { asked, api: new Api({ base: server.base, headers: senderOf, timeoutMs: 2_000 }) }
}

const created: Answer = (response) => answerJson(response, 201, aMessage({ position: 7 }))
const problem =
  (status: number, type: string): Answer =>
  (response) =>
    answerJson(response, status, { type: `/problems/${type}`, title: type, status })
const cut: Answer = (response) => response.destroy()

test('A post has the data, the sender and the key', async () => {
  const { api: calls, asked } = await api(created)
  const message = await calls.post('rooms.berlin/ä', { text: 'hi' }, 'key-1')
  expect(message.position).toBe(7)
  expect(asked).toMatchObject([
    { method: 'POST', path: '/channels/rooms.berlin%2F%C3%A4/messages' },
  ])
  expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ data: { text: 'hi' } })
  expect(asked[0]?.headers).toMatchObject({
    'content-type': 'application/json',
    'idempotency-key': 'key-1',
    'causeway-sender': 'alice',
    'causeway-sender-name': encodeURIComponent('Älice 🙂'),
  })
})

test.each([
  ['no answer', cut],
  ['a busy service', problem(503, 'overloaded')],
  ['an unknown outcome', problem(503, 'outcome-unknown')],
  [
    'a proxy without a service',
    (response: ServerResponse) => response.writeHead(502).end('<html>'),
  ],
  [
    'an answer that is cut short',
    (response: ServerResponse) => response.writeHead(201).end('{"pos'),
  ],
])('A post is repeated with the same key after %s', async (_what, answer) => {
  const { api: calls, asked } = await api(answer, created)
  expect((await calls.post('lobby', { text: 'hi' }, 'key-1', limit())).position).toBe(7)
  expect(asked.map(({ headers }) => headers['idempotency-key'])).toEqual(['key-1', 'key-1'])
})

test.each([
  [413, 'too-large'],
  [422, 'validation-failed'],
  [403, 'forbidden'],
  [500, 'internal'],
])('A post that is answered with %s %s is not repeated', async (status, type) => {
  const { api: calls, asked } = await api(problem(status, type))
  const error = await calls.post('lobby', { text: 'hi' }, 'key-1', limit()).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(Problem)
  expect(error).toMatchObject({ type, status })
  expect(asked).toHaveLength(1)
})

test('A post that never gets an answer ends as unreachable', async () => {
  const { api: calls, asked } = await api(cut)
  await expect(calls.post('lobby', {}, 'key-1', limit())).rejects.toBeInstanceOf(Unreachable)
  expect(asked.length).toBeGreaterThan(1)
})

test('A post that is aborted is not repeated', async () => {
  const { api: calls, asked } = await api(cut)
  const signal = AbortSignal.abort()
  await expect(calls.post('lobby', {}, 'key-1', signal)).rejects.toBe(signal.reason)
  expect(asked.length).toBeLessThan(2)
})

const page = { channel: 'lobby', messages: [aMessage()], head: 1, next: null, prev: null }

test('A page of history is requested newest first, before a position', async () => {
  const { api: calls, asked } = await api((response) => answerJson(response, 200, page))
  expect(await calls.history('lobby', { before: 40, limit: 50 })).toEqual(page)
  expect(Object.fromEntries(asked[0]?.query ?? [])).toEqual({
    channel: 'lobby',
    before: '40',
    limit: '50',
    order: 'desc',
  })
})

test('The newest page of history is requested without a position', async () => {
  const { api: calls, asked } = await api((response) => answerJson(response, 200, page))
  await calls.history('lobby', { limit: 50 })
  expect([asked[0]?.method, asked[0]?.query.has('before')]).toEqual(['GET', false])
})

test('A page of an unknown form counts as no answer', async () => {
  const { api: calls } = await api((response) => answerJson(response, 200, { messages: 'none' }))
  await expect(calls.history('lobby', { limit: 50 }, limit())).rejects.toBeInstanceOf(Unreachable)
})
