import { expect, test } from '@jest/globals'
import { problemOf } from './problemResponse.ts'

test.each([
  [403, 'forbidden'],
  [404, 'not-found'],
  [405, 'method-not-allowed'],
  [413, 'too-large'],
  [401, 'unauthenticated'],
  [429, 'rate-limited'],
  [502, 'unavailable'],
  [503, 'unavailable'],
  [504, 'unavailable'],
  [400, 'malformed-request'],
  [499, 'malformed-request'],
  [500, 'internal'],
  [599, 'internal'],
])('The status %i of a proxy is the problem %s', async (status, type) => {
  for (const body of ['<html>', '"text"', '{}', '{"type":7,"detail":7}']) {
    const problem = await problemOf(new Response(body, { status }))
    expect([problem.type, problem.detail]).toEqual([type, undefined])
  }
})

test.each(['/problems/validation-failed', 'https://chat.example/problems/validation-failed'])(
  'The problem %s is known by the end of its type, and keeps its detail',
  async (type) => {
    const body = JSON.stringify({ type, detail: 'No text.' })
    const problem = await problemOf(new Response(body, { status: 422 }))
    expect([problem.type, problem.detail]).toEqual(['validation-failed', 'No text.'])
  },
)

test.each(['/problems/new-in-2030', '/problems/toString', '', '/problems/'])(
  'The unknown problem %j is the one for its status, with its detail',
  async (type) => {
    const body = JSON.stringify({ type, detail: 'Later.' })
    const problem = await problemOf(new Response(body, { status: 503 }))
    expect([problem.type, problem.detail]).toEqual(['unavailable', 'Later.'])
  },
)

test('The problem of an answer whose body breaks off is the one for its status', async () => {
  const body = new ReadableStream({ start: (controller) => controller.error(new Error('cut')) })
  expect((await problemOf(new Response(body, { status: 413 }))).type).toBe('too-large')
})

test.each([
  ['7', 7],
  ['0', 0],
  ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
  ['-1', undefined],
  ['1e9', undefined],
])('A problem says when a retry may succeed: %s', async (text, seconds) => {
  for (const body of ['<html>', '{"type":"/problems/rate-limited"}']) {
    const response = new Response(body, { status: 429, headers: { 'Retry-After': text } })
    expect(await problemOf(response)).toMatchObject({ type: 'rate-limited', retryAfter: seconds })
  }
})
