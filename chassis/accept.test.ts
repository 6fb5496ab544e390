import type { IncomingMessage } from 'node:http'
import { expect, test } from '@jest/globals'
import express from 'express'
import { acceptsEventStream } from './accept.ts'

const FORMS = [
  '',
  'text/event-stream',
  '*/*',
  'text/*',
  'application/json',
  'text/html',
  'text/event',
  'text/event-stream-x',
  'TEXT/Event-Stream',
  'text/event-stream, text/html;q=0.1',
  'application/json, text/event-stream',
  'application/json,*/*;q=0.8',
  'text/event-stream;q=0',
  'text/event-stream; q=0.0',
  'text/event-stream;q=0.001',
  'text/event-stream;q=0, */*',
  '*/*, text/event-stream;q=0',
  'text/*;q=0, */*',
  'text/*;q=0, text/event-stream',
  '*/*;q=0',
  '*/*;q=0, */*',
  'text/event-stream;charset=utf-8',
  'text/event-stream;charset=utf-8, */*;q=0.1',
  '*',
  'nonsense',
  ',',
  'text/event-stream;',
  '*/event-stream',
  'text/event-stream;q=x',
]

/** Express' own answer, of a request that has nothing but this header. */
function expressAccepts(accept: string | undefined): boolean {
  const request: IncomingMessage & Pick<express.Request, 'accepts'> = Object.create(express.request)
  request.headers = { accept }
  return request.accepts('text/event-stream') !== false
}

test.each(FORMS)('The Accept header %j is understood as by Express', (accept) => {
  expect(acceptsEventStream(accept)).toBe(expressAccepts(accept))
})

test('A request without an Accept header is answered with a stream', () => {
  expect([acceptsEventStream(undefined), expressAccepts(undefined)]).toEqual([true, true])
})

test('Some of these Accept headers are accepted, and others are not', () => {
  const accepted = FORMS.filter((form) => acceptsEventStream(form)).length
  expect([accepted > 10, FORMS.length - accepted > 10]).toEqual([true, true])
})
