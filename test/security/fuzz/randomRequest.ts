import type { Random } from '../../model/random.ts'
import { DOORS, type Door } from '../doors.ts'
import { randomBatch, randomBody } from './randomBody.ts'
import { anyPath, changePath, postPath } from './randomPath.ts'
import { randomWord } from './randomWord.ts'

export interface FuzzRequest {
  door: Door
  method: string
  bytes: string
}

const METHODS = [
  ...Array<string>(10).fill('GET'),
  ...Array<string>(10).fill('POST'),
  ...Array<string>(2).fill('PUT'),
  ...Array<string>(2).fill('DELETE'),
  ...Array<string>(2).fill('PATCH'),
  'HEAD',
  'OPTIONS',
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
const LINES = 'application/x-ndjson'
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

/** Where a request with this method mostly goes. */
const PATHS = new Map([
  ['POST', postPath],
  ...['PUT', 'PATCH', 'DELETE'].map((method) => [method, changePath] as const),
])

/** One request of any kind to any door: mostly almost right, because nonsense comes no further than the parser. */
export function randomRequest(random: Random): FuzzRequest {
  const method = random.pick(METHODS)
  const path = (random.chance(0.8) ? PATHS.get(method) : undefined)?.(random) ?? anyPath(random)
  const lines = random.chance(0.98) ? ['Host: localhost'] : []
  let body = ''
  if (method === 'POST' || method === 'PUT' || method === 'PATCH') {
    const isBatch = path === '/messages' && random.chance(0.9)
    const isLines = isBatch && random.chance(0.5)
    body = isBatch ? randomBatch(random, isLines) : randomBody(random)
    lines.push(`Content-Type: ${isLines && random.chance(0.9) ? LINES : random.pick(TYPES)}`)
    if (random.chance(0.9)) lines.push(`Content-Length: ${body.length}`)
    else {
      lines.push('Transfer-Encoding: chunked')
      body = `${body === '' ? '' : `${body.length.toString(16)}\r\n${body}\r\n`}0\r\n\r\n`
    }
  }
  if (path.startsWith('/history') && random.chance(0.2)) lines.push(`Accept: ${LINES}`)
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
