import { expect, test } from '@jest/globals'
import { readRequestHead } from './requestHead.ts'
import { requestIdOf } from './requestId.ts'

const read = (text: string) =>
  readRequestHead(Buffer.from(text, 'latin1'), ['last-event-id', 'accept'] as const)
const withLines = (...lines: string[]) =>
  read(`GET /events?channel=a HTTP/1.1\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`)

test('An ordinary request has its path, its query and the headers that are asked for', () => {
  expect(
    withLines('Host: x', 'Last-Event-ID:  e1-7 ', 'Cookie: a', 'Accept: text/event-stream'),
  ).toEqual({
    path: '/events',
    search: 'channel=a',
    headers: { 'last-event-id': 'e1-7', accept: 'text/event-stream' },
  })
  expect(withLines('host: x')).toMatchObject({ headers: {} })
})

test('A header that nobody asks for may come twice, and one that is asked for may be empty', () => {
  expect(withLines('Host: x', 'Cookie: a', 'Cookie: b', 'Accept:')).toMatchObject({
    headers: { accept: '' },
  })
})

test.each([
  ['no Host', []],
  ['two Hosts', ['Host: x', 'Host: x']],
  ['an asked header twice', ['Host: x', 'Accept: a', 'accept: b']],
  ['an empty asked header twice', ['Host: x', 'Accept:', 'Accept: b']],
  ['a body', ['Host: x', 'Content-Length: 0']],
  ['a chunked body', ['Host: x', 'transfer-encoding: chunked']],
  ['a trailer', ['Host: x', 'Trailer: x']],
  ['an expectation', ['Host: x', 'Expect: 100-continue']],
  ['an upgrade', ['Host: x', 'UPGRADE: websocket']],
  ['a space before a colon', ['Host: x', 'Accept : a']],
  ['a folded line', ['Host: x', 'Accept: a', ' b']],
  ['a line without a colon', ['Host: x', 'Accept']],
  ['a byte that is not ASCII', ['Host: x', 'Accept: \u00e4']],
  ['a control character', ['Host: x', 'Accept: \u0000']],
  ['a bare line feed', ['Host: x\nAccept: a']],
])('A request with %s is not ordinary', (_what, lines) => {
  expect(withLines(...lines)).toBe(undefined)
})

test.each([
  'POST /events?a HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /events HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET http://x/events?a HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /events?a HTTP/1.0\r\nHost: x\r\n\r\n',
  'GET /events?a  HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /events?a#b HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /events?a HTTP/1.1\r\nHost: x\r\n',
  'GET /events?a HTTP/1.1\r\nHost: x\r\n\r\nGET /',
  '\r\nGET /events?a HTTP/1.1\r\nHost: x\r\n\r\n',
  '',
])('The packet %j is not one whole ordinary request', (text) => {
  expect(read(text)).toBe(undefined)
})

test('A request of 16 KiB is read, and a larger one is not', () => {
  const start = 'GET /events?a HTTP/1.1\r\nHost: x\r\nX: '
  const sized = (bytes: number) => read(`${start.padEnd(bytes - 4, 'x')}\r\n\r\n`)
  expect(sized(16_384)).toMatchObject({ search: 'a' })
  expect(sized(16_385)).toBe(undefined)
})

test('A request keeps the id that the proxy gave, if it can be trusted', () => {
  expect(requestIdOf({ headers: { 'x-request-id': `aZ0_.-${'x'.repeat(58)}` } })).toHaveLength(64)
  for (const given of [undefined, '', 'x'.repeat(65), 'a b', 'a\n', ['a'], 7]) {
    expect(requestIdOf({ headers: { 'x-request-id': given } })).toMatch(/^[0-9a-f-]{36}$/)
  }
  expect(requestIdOf({ headers: {} })).not.toBe(requestIdOf({ headers: {} }))
})
