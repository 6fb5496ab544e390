import type { Random } from '../../model/random.ts'
import { DOORS, type Door } from '../doors.ts'
import { randomBody } from './randomBody.ts'
import { randomWord } from './randomWord.ts'

export interface FuzzRequest {
  door: Door
  method: string
  bytes: string
}

const METHODS = [
  ...Array<string>(10).fill('GET'),
  ...Array<string>(10).fill('POST'),
  'HEAD',
  'OPTIONS',
  'PUT',
  'DELETE',
  'PATCH',
  'TRACE',
  'ABC',
  'get',
]
const VERSIONS = [...Array<string>(30).fill('HTTP/1.1'), 'HTTP/1.0', 'HTTP/2.0', 'HTTP/1.2', '']
const TYPES = [
  ...Array<string>(8).fill('application/json'),
  'text/plain',
  'application/json; charset=utf-16',
  '',
]
/** A body that is announced and does not come is not random, but slow: no Content-Length, and no coding in chunks. */
const HEADERS = [
  'Causeway-Sender',
  'Causeway-Sender-Name',
  'Idempotency-Key',
  'Last-Event-ID',
  'Accept',
  'Content-Type',
  'Content-Encoding',
  'Origin',
  'X-Forwarded-For',
  'X-Request-Id',
  'Range',
  'If-None-Match',
  'If-Modified-Since',
  'Expect',
  'Accept-Encoding',
  'Connection',
  'Upgrade',
  'TE',
  'Trailer',
  'Host',
  'Transfer-Encoding',
  'Cookie',
  'Authorization',
  'Referer',
  'Sec-Fetch-Site',
]

/** What a parameter takes, and what it almost takes. */
const VALUES = new Map<string, readonly string[]>(
  Object.entries({
    channel: ['fuzz', 'fuzz.a', 'a'.repeat(128)],
    before: ['5', '0', '9007199254740991'],
    after: ['1', '0', '9007199254740991'],
    from: ['2026-11-21T19:33:02Z', '0001-01-01T00:00:00Z'],
    to: ['2027-11-21T19:33:02Z', '9999-12-31T23:59:59.999Z'],
    limit: ['3', '1000', '1001'],
    order: ['asc', 'desc', 'ASC'],
    sender: ['fuzz', 'user:fuzz', 'a'.repeat(64)],
    type: ['message', 'fuzz'],
    about: ['1', '9007199254740991'],
    prefix: ['', 'fu', 'a'.repeat(128)],
    since: ['-3', '-1000', '5', '4cb2996e-3', '2026-01-01T00:00:00Z', '9007199254740991'],
    lastEventId: ['', '4cb2996e-3'],
    heartbeat: ['1', '60', '0'],
  }),
)
const RANGE = ['channel', 'sender', 'type', 'about', 'before', 'after', 'from', 'to']
const HISTORY = [...RANGE, 'limit', 'order']
const CHANNELS = ['prefix', 'after', 'limit']
const EVENTS = ['channel', 'channel', 'since', 'lastEventId', 'heartbeat']

/** One request of any kind to any door: mostly almost right, because nonsense comes no further than the parser. */
export function randomRequest(random: Random): FuzzRequest {
  const method = random.pick(METHODS)
  const path = method === 'POST' && random.chance(0.8) ? postPath(random) : anyPath(random)
  const lines = random.chance(0.98) ? ['Host: localhost'] : []
  let body = ''
  if (method === 'POST' || method === 'PUT' || method === 'PATCH') {
    body = randomBody(random)
    lines.push(`Content-Type: ${random.pick(TYPES)}`)
    if (random.chance(0.9)) lines.push(`Content-Length: ${body.length}`)
    else {
      lines.push('Transfer-Encoding: chunked')
      body = `${body === '' ? '' : `${body.length.toString(16)}\r\n${body}\r\n`}0\r\n\r\n`
    }
  }
  const more = random.pick([0, 0, 0, 0, 0, 1, 1, 2, 4])
  for (let at = 0; at < more; at++) {
    const line = `${random.pick(HEADERS)}: ${randomWord(random)}`
    if (!/^Transfer-Encoding: chunked$/.test(line)) lines.push(line)
  }
  const start = `${method} ${path} ${random.pick(VERSIONS)}`
  return {
    door: random.pick(['edge', 'edge', ...DOORS]),
    method,
    bytes: `${[start, ...lines].join('\r\n')}\r\n\r\n${body}`,
  }
}

function postPath(random: Random): string {
  return `/channels/${random.chance(0.9) ? 'fuzz' : randomWord(random)}/messages`
}

function anyPath(random: Random): string {
  const word = () => randomWord(random)
  const kinds = [
    () => `/channels/${word()}/messages`,
    () => `/channels/fuzz/messages/${word()}`,
    () => `/channels/${word()}`,
    () => `/history?${randomQuery(random, HISTORY)}`,
    () => `/history?${randomQuery(random, HISTORY)}`,
    () => `/channels?${randomQuery(random, CHANNELS)}`,
    () => `/events?${randomQuery(random, EVENTS)}`,
    () => `/events?${randomQuery(random, EVENTS)}`,
    () => `/${random.pick(['client', 'contract', 'account', 'grants'])}/${word()}`,
    () => `/${Array.from({ length: random.between(0, 4) }, word).join('/')}`,
  ]
  return random.pick(kinds)()
}

function randomQuery(random: Random, names: readonly string[]): string {
  const value = (name: string) => {
    const right = VALUES.get(name)
    return right !== undefined && random.chance(0.8) ? random.pick(right) : randomWord(random)
  }
  const parts = random.chance(0.85) ? [`channel=${value('channel')}`] : []
  for (let at = random.between(0, 4); at > 0; at--) {
    const name = random.chance(0.85) ? random.pick(names) : randomWord(random)
    parts.push(`${name}${random.pick(['=', '=', '=', '', '=='])}${value(name)}`)
  }
  return parts.join(random.pick(['&', '&', '&', ';']))
}
