import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { ingestServer } from '../test/support/ingestServer.ts'
import { testDatabase } from '../test/support/testDatabase.ts'

const REQUESTS = 4000
const AT_ONCE = 40

const opened = disposables()
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
opened.add(() => agent.destroy())

function below(limit: number): number {
  return Math.floor(Math.random() * limit)
}

/** Mostly what is right: a request that is wrong in every way never comes past the first check. */
function mostly(right: string, ...wrong: [string, ...string[]]): string {
  return below(6) === 0 ? pick(...wrong) : right
}

function pick(...from: [string, ...string[]]): string {
  return from[below(from.length)] ?? from[0]
}

/** Up to twelve of the characters that mean something to somebody on the way. */
function noise(): string {
  return Array.from({ length: below(13) }, () =>
    pick(
      '\0',
      '\t',
      '\n',
      '"',
      '%',
      ',',
      '.',
      '/',
      '[',
      '\\',
      '{',
      '}',
      '😀',
      'a',
      '?',
      '#',
      '\ufffd',
    ),
  ).join('')
}

function randomTarget(method: string): string {
  return method === 'POST' ? mostly('/channels/fuzz/messages', anyTarget()) : anyTarget()
}

function anyTarget(): string {
  const odd = encodeURIComponent(noise())
  const name = pick('before', 'after', 'from', 'to', 'limit', 'order', '%', '&', '=', odd)
  const value = pick(
    '1',
    '0',
    '9007199254740991',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
    odd,
  )
  const position = pick('1', '0', '-1', '9007199254740991', '99999999999999999999', '%00', odd)
  return pick(
    '/channels/fuzz/messages',
    `/channels/${odd}/messages`,
    `/channels/${odd}`,
    `/channels/fuzz/messages/${position}`,
    `/history?channel=fuzz&${name}=${value}`,
    `/${odd}`,
    `//${odd}`,
    `/history?${odd}`,
  )
}

function randomBody(): string {
  const start = mostly('{"data":', '{"type":"a","data":', '', '{')
  const value = pick('null', '1e999', '"\\u0000"', '"\\ud800"', '[[]', '{"__proto__":1}', '-', '[')
  return start + pick(value, JSON.stringify(noise())) + mostly('}', '', ',"x":1}', '}}')
}

function randomHeaders(): Record<string, string> {
  const all = {
    'Content-Type': mostly('application/json', 'text/plain', 'application/json;x'),
    'Idempotency-Key': mostly('', '1', '2', ' ', 'ÿ'),
    'Causeway-Sender': mostly('a', '', 'ÿ', '%00'),
    'Causeway-Sender-Name': mostly('A', '', '%00', '%f', '%20'),
    'X-Request-Id': mostly('', '1', '"', 'ÿ'),
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
}

test('thousands of random requests all get an answer, and none a 5xx', async () => {
  const ingest = await ingestServer(await testDatabase())
  opened.add(() => ingest.close())
  const seen = new Map<number, number>()
  const broken: string[] = []
  const send = async (): Promise<void> => {
    const method = pick('GET', 'GET', 'POST', 'POST', mostly('HEAD', 'PUT', 'OPTIONS', 'DELETE'))
    const [target, body, headers] = [randomTarget(method), randomBody(), randomHeaders()]
    const sent = request(`${ingest.origin}${target}`, { method, headers, agent })
    sent.end(method === 'POST' || method === 'PUT' ? body : undefined)
    const [answer]: IncomingMessage[] = await once(sent, 'response')
    const status = answer?.statusCode ?? 0
    if (answer !== undefined) await text(answer)
    seen.set(status, (seen.get(status) ?? 0) + 1)
    if (status >= 500) broken.push(JSON.stringify([status, method, target, headers, body]))
  }
  for (let sent = 0; sent < REQUESTS; sent += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, send))
  }
  expect(broken).toEqual([])
  // All kinds of answers, or the noise never came far.
  expect([...seen.keys()]).toEqual(expect.arrayContaining([200, 201, 400, 404, 405, 415, 422]))
})
