import type { RequestListener } from 'node:http'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { parseEventId } from '../contract/eventId.ts'
import { formatLogIds, LOG_IDS } from '../contract/logIds.ts'
import { disposables } from '../test/support/disposables.ts'
import { fewConnections, TestEdge } from '../test/support/testEdge.ts'

const opened = disposables()
const edge = new TestEdge()

beforeAll(() => edge.open(opened))

const endAtOnce: RequestListener = (_request, response) => response.end('data: 1\n\n')
const leave: RequestListener = (_request, response) => response.destroy()

/** The id of a stream over as many logs as fit into 300 bytes. */
const SIXTEEN_LOGS = formatLogIds(
  new Map(
    Array.from({ length: 16 }, (_, log) => [log, { epoch: '326ece88', position: 9_000_000 + log }]),
  ),
)

describe('a stream', () => {
  test('comes from the gateway that lives, without delay', async () => {
    edge.gateway = (_request, response) => response.write('data: 1\n\n')
    for (let time = 0; time < 4; time++) {
      const aborted = new AbortController()
      const response = await fetch(`${edge.origin}/events?channel=a`, { signal: aborted.signal })
      const first = await response.body?.getReader().read()
      expect(new TextDecoder().decode(first?.value)).toBe('data: 1\n\n')
      aborted.abort()
    }
  })

  test('is one event that asks to come back if there is no gateway', async () => {
    edge.gateway = leave
    const response = await fetch(`${edge.origin}/events?channel=a`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(await response.text()).toMatch(
      /^retry:\d{4}\nevent:goodbye\ndata:\{"reason":"unavailable"\}\n\n$/,
    )
  })

  test.each([
    'e1-0',
    '326ece88-203',
    'abcdefghijklmnop-9007199254740991',
    '',
    'e1',
    'e1-',
    'e1-07',
    'E1-7',
    'e1-7 ',
    'e1-7\tid:e1-8',
    'e1-7, e1-8',
    'abcdefghijklmnopq-7',
    'e1-12345678901234567',
    '~A4cb2996e-k7qB326ece88-1z',
    SIXTEEN_LOGS,
    '~',
    '~A',
    '~a1-2',
    '~A1-2,B1-2',
    '~A1-2 B1-2',
    '~AAAAA1-2',
    '~A1-2\tid:e1-8',
  ])(
    'that cannot begin repeats the last event id %j only if it has the form of one',
    async (id) => {
      edge.gateway = leave
      const isOne = parseEventId(id.trim()) !== undefined || LOG_IDS.test(id)
      const expected = isOne ? id.trim() : undefined
      const byHeader = await fetch(`${edge.origin}/events`, { headers: { 'Last-Event-ID': id } })
      expect(idOf(await byHeader.text())).toBe(expected)
      if (id !== id.trim()) return
      const byQuery = await fetch(`${edge.origin}/events?lastEventId=${encodeURIComponent(id)}`)
      expect(idOf(await byQuery.text())).toBe(expected)
    },
  )

  test('that cannot begin repeats the id of its header rather than that of its query', async () => {
    edge.gateway = leave
    const ask = async (header: string) => {
      const headers = { 'Last-Event-ID': header }
      return idOf(await (await fetch(`${edge.origin}/events?lastEventId=e1-2`, { headers })).text())
    }
    expect(await ask('e1-1')).toBe('e1-1')
    expect(await ask('')).toBe('e1-2')
    expect(await ask('nonsense')).toBeUndefined()
  })

  test.each([
    'HTTP/1.1\r\nHost: localhost',
    'HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive',
    'HTTP/1.0\r\nConnection: keep-alive',
  ])('ends its connection when it ends, with and without a gateway: %j', async (version) => {
    const asking = `GET /events?channel=a ${version}\r\n\r\n`
    for (const listener of [endAtOnce, leave]) {
      edge.gateway = listener
      // Otherwise the test would wait for the end of the socket in vain.
      const { headers } = await fetch(`${edge.origin}/events?channel=a`)
      expect(headers.get('connection')).toBe('close')
      expect(await edge.raw(asking)).toContain('\ndata:')
    }
  })

  test('comes unchunked to a reader of HTTP/1.0, which need not name a host', async () => {
    let host: string | undefined
    edge.gateway = (request, response) => {
      host = request.headers.host
      response.end('data: 1\n\n')
    }
    const answer = await edge.raw(
      'GET /events?channel=a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
    )
    expect(answer).toMatch(/^HTTP\/1\.1 200 .*\r\n\r\ndata: 1\n\n$/s)
    expect(answer.toLowerCase()).not.toContain('chunked')
    expect(host).toBe('localhost')
  })

  test('is never compressed', async () => {
    edge.gateway = (_request, response) => {
      response.setHeader('Content-Type', 'text/event-stream').end('data: 1\n\n'.repeat(1_000))
    }
    const asking = 'GET /events HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip, br, *\r\n\r\n'
    const answer = await edge.raw(asking)
    expect(answer.toLowerCase()).not.toContain('content-encoding')
    expect(answer).toContain('data: 1\n\n')
  })

  test('has only a head in the answer to HEAD', async () => {
    edge.gateway = leave
    const answer = await edge.raw('HEAD /events?channel=a HTTP/1.0\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    expect(answer).toMatch(/\r\n\r\n$/)
  })

  test('asks to come back if the edge has no connection left for its gateway', async () => {
    const few = new TestEdge()
    few.gateway = (_request, response) => response.write('data: 1\n\n')
    await few.open(opened, fewConnections(10))
    const aborted = new AbortController()
    const answers = new Set<string>()
    for (let stream = 0; stream < 10 && answers.size < 2; stream++) {
      const answer = await fetch(`${few.origin}/events?channel=a`, { signal: aborted.signal })
      const first = await answer.body?.getReader().read()
      const text = new TextDecoder().decode(first?.value)
      answers.add(text.includes('event:goodbye') ? 'come back' : text)
    }
    aborted.abort()
    expect(answers).toEqual(new Set(['data: 1\n\n', 'come back']))
  })
})

function idOf(stream: string): string | undefined {
  return /^id:(.*)$/m.exec(stream)?.[1]
}
