import { expect, test } from '@jest/globals'
import { Problem, problemDetails } from '../contract/problem.ts'
import { channelParameter } from './channelParameter.ts'
import { renderProblem, toProblem } from './problems.ts'

const problem = new Problem('invalid-channel', 'Grüße')
const how = { requestId: 'r1', headers: 'X: y\r\n\r\n' }

test('A rendered problem is a whole answer, whose length is in bytes', () => {
  const [head = '', body = ''] = renderProblem(problem, { ...how, method: 'GET' }).split('\r\n\r\n')
  expect(head.split('\r\n')).toEqual([
    'HTTP/1.1 400 Bad Request',
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'X: y',
  ])
  expect(JSON.parse(body)).toEqual(problemDetails(problem, 'r1'))
})

test('A rendered problem has no body for HEAD, and the same head', () => {
  const [head, body] = renderProblem(problem, { ...how, method: 'HEAD' }).split('\r\n\r\n')
  expect(renderProblem(problem, { ...how, method: 'GET' })).toMatch(`${head}\r\n\r\n{`)
  expect(body).toBe('')
})

test('A problem stays what it is', () => {
  expect(toProblem(problem)).toBe(problem)
})

test.each([400, 404, 499])(
  'An error of Express with the status %i is a malformed request',
  (status) => {
    expect(toProblem(Object.assign(new Error('secret'), { status }))).toMatchObject({
      type: 'malformed-request',
      detail: undefined,
    })
  },
)

test.each([
  new Error('a bug'),
  Object.assign(new Error('a bug'), { status: 399 }),
  Object.assign(new Error('a bug'), { status: 500 }),
  Object.assign(new Error('a bug'), { status: '404' }),
  null,
  undefined,
  'text',
])('The error %p is internal, and stays its cause', (error) => {
  expect(toProblem(error)).toMatchObject({ type: 'internal', cause: error, detail: undefined })
})

test.each(['a', 'rooms.berlin', 'x'.repeat(128)])('The parameter %s is a channel', (name) => {
  expect(channelParameter(name)).toBe(name)
})

test.each(['', 'a..b', 'a b', 'x'.repeat(129), undefined, ['a']])(
  'The parameter %j is refused as a channel, with its rule',
  (name) => {
    expect(() => channelParameter(name)).toThrow(Problem)
    expect(() => channelParameter(name)).toThrow(/segments.*128/)
  },
)
