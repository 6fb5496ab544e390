import { expect, test } from '@jest/globals'
import { disposables } from '../../support/disposables.ts'
import { describeUnless } from '../../support/describeUnless.ts'
import type { Answer } from '../rawHttp.ts'
import { openDoors } from '../openDoors.ts'
import { growth } from './footprint.ts'
import { fuzz } from './fuzz.ts'
import { randomFor } from './inParts.ts'
import { faultOf } from './judge.ts'
import { randomRequest } from './randomRequest.ts'

const opened = disposables()
const REQUESTS = 3_000

const lack = process.platform === 'linux' ? undefined : 'processes are measured on Linux only'
describeUnless(lack)('random requests', () => {
  test('all get an answer of HTTP that tells nothing, and leave no process larger', async () => {
    const { stack } = await openDoors(opened)
    const seed = Math.floor(Math.random() * 1_000_000_000)
    process.stderr.write(`the seed is ${seed}\n`)
    const { counts, faults, samples } = await fuzz(stack, REQUESTS, seed)
    expect(faults).toEqual([])
    expect(growth(samples)).toEqual([])
    // Most kinds of answers, or they never came far; a conflict is too rare.
    const kinds = [200, 201, 400, 404, 405, 415, 422].map((status) => `edge ${status}`)
    expect([...counts.keys()]).toEqual(
      expect.arrayContaining([...kinds, 'ingest 201', 'gateway 200']),
    )
  }, 120_000)
})

test('The random requests come to every route that takes data or changes it', () => {
  const seen = new Set(
    Array.from({ length: 3_000 }, (_, number) => {
      const { method, bytes } = randomRequest(randomFor(1, number))
      const [, path = ''] = /^\S+ ([^ ?]*)/.exec(bytes) ?? []
      return `${method} ${path.replace(/\/\d+/, '/1').replace(/(reactions|senders)\/[^/]+/, '$1/x')}`
    }),
  )
  expect([...seen]).toEqual(
    expect.arrayContaining([
      'POST /messages',
      'POST /channels/fuzz/messages',
      'GET /channels/fuzz/messages/1',
      'GET /channels/fuzz/messages/1/versions',
      'PATCH /channels/fuzz/messages/1',
      'DELETE /channels/fuzz/messages/1',
      'PUT /channels/fuzz/messages/1/reactions/x',
      'DELETE /channels/fuzz/messages/1/reactions/x',
      'GET /senders/x/messages',
      'DELETE /senders/x/messages',
      'GET /history',
    ]),
  )
})

const answer = (status: number, type: string, body: string): Answer => ({
  status,
  headers: new Map([
    ['content-type', type],
    ['cache-control', 'no-store'],
    ['x-content-type-options', 'nosniff'],
  ]),
  body,
})
const problem = (status: number, body: string) => answer(status, 'application/problem+json', body)
const request = { door: 'edge' as const, method: 'POST', bytes: 'GET / HTTP/1.1\r\n\r\n' }

test.each([
  ['a 500', problem(500, '{"type":"/problems/internal"}')],
  [
    'a failure of one message of many',
    answer(200, 'application/json', '[{"status":500,"problem":{"type":"/problems/internal"}}]'),
  ],
  ['a 503 without a reason', problem(503, '{"type":"/problems/unavailable"}')],
  ['a page of HTML', answer(404, 'text/html', '<html>')],
  ['a problem that is on no list', problem(404, '{"type":"/problems/other"}')],
  ['a problem of another status', problem(400, '{"type":"/problems/not-found"}')],
  ['a stack', problem(404, '{"type":"/problems/not-found"}\n    at run (a.js:1)')],
  ['a stream of something else', answer(200, 'text/event-stream', 'hello\n\n'), 'GET'],
  ['no answer', undefined],
])('The judge of the random requests finds %s', (_what, given, method = 'POST') => {
  expect(faultOf({ ...request, method }, given)).toBeDefined()
})

/** What a process held, one after the other: MiB of memory, and descriptors. */
const samples = (memory: number[], descriptors: number[]) =>
  memory.map((each, at) => {
    const held = { memoryBytes: each * 1_048_576, descriptors: descriptors[at] ?? 0 }
    return new Map([['gateway-1', held]])
  })

test('The judge of the random requests finds processes that grow', () => {
  expect(growth(samples([90, 130, 170, 210], [20, 50, 90, 130]))).toHaveLength(2)
  expect(growth(samples([90, 190, 100, 200], [20, 50, 30, 60]))).toEqual([])
})
