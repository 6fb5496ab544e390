import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { ROOT } from '../../stack/root.ts'
import { checkBadInput, head, post, type Row } from './badInput.ts'

const ids = [
  'e1',
  'e1-',
  '-1',
  '1e3',
  '0x10',
  `e1-1${'0'.repeat(30)}`,
  'a'.repeat(5_000),
  'e1-07',
  'E1-7',
  'e1-1, e1-2',
]

const STREAMS: Row[] = [
  ...['access_token', 'token', 'jwt', 'authorization'].map((name): Row => [
    'D2.2',
    `a ${name} in the query`,
    head(`GET /events?channel=bad&${name}=x`),
    '400 invalid-parameter',
  ]),
  ...['application/json', 'text/html', 'text/event-stream;q=0'].map((accept): Row => [
    'D2.4',
    `a client that accepts ${accept}`,
    head('GET /events?channel=bad', `Accept: ${accept}`),
    '406 not-acceptable',
  ]),
  ['D2.5', 'no id', head('GET /events?channel=bad'), '200 ready'],
  ['D2.5', 'an empty id', head('GET /events?channel=bad', 'Last-Event-ID:'), '200 ready'],
  ...ids.map((id): Row => [
    'D2.5',
    `the id ${id.slice(0, 20)}`,
    head('GET /events?channel=bad', `Last-Event-ID: ${id}`),
    '400 invalid-event-id',
  ]),
  [
    'D2.5',
    'the id of another log',
    head('GET /events?channel=bad', 'Last-Event-ID: zz-1'),
    '200 ready reset',
  ],
  [
    'D2.5',
    'the id with a NUL',
    head('GET /events?channel=bad', 'Last-Event-ID: e1\0-1'),
    '400 malformed-request',
  ],
  [
    'D2.5',
    'a position above all',
    head('GET /events?channel=bad&since=9007199254740991'),
    '200 ready reset',
  ],
  ['D2.5', 'two places', head('GET /events?channel=bad&since=1&since=2'), '400 invalid-parameter'],
  ['D2.8', 'HEAD', head('HEAD /events?channel=bad'), '200'],
  ['D2.8', 'POST', head('POST /events?channel=bad', 'Content-Length: 0'), '405 method-not-allowed'],
  ['D2.8', 'no channel', head('GET /events'), '400 invalid-parameter'],
  [
    'D2.8',
    'too many channels',
    head(`GET /events?${'channel=a&'.repeat(101)}channel=b`),
    '400 invalid-parameter',
  ],
  ['D2.8', 'a bad channel', head('GET /events?channel=a%2Fb'), '400 invalid-channel'],
]

const MANY = Array.from({ length: 101 }, (_, at) => `channel=c${at}`).join('&')
const HISTORY: Row[] = [
  ...[
    'limit=0',
    'limit=1001',
    'limit=-1',
    'limit=1e2',
    'limit=',
    'limit=1&limit=2',
    'before=-1',
    'before=x',
    'before=9007199254740992',
    'before=1&before=2',
    'after=1.5',
    'from=yesterday',
    'from=2026-02-30T00:00:00Z',
    'to=2026-01-01',
    'order=DESC',
    'x=1',
    '__proto__=1',
    'sender=',
    'sender=a%00',
    'type=a%20b',
    'about=-1',
    'before%00=1',
  ].map((query): Row => [
    'D3',
    query,
    head(`GET /history?channel=bad&${query}`),
    '400 invalid-parameter',
  ]),
  ['D3', 'before and after', head('GET /history?channel=bad&before=9&after=1'), '200'],
  ['D3', 'two channels', head('GET /history?channel=bad&channel=b'), '200'],
  ['D3', 'too many channels', head(`GET /history?${MANY}`), '400 invalid-parameter'],
  ['D3', 'no channel', head('GET /history'), '400 invalid-parameter'],
  ['D3', 'a channel that nobody used', head('GET /history?channel=nobody'), '200'],
]

const WHOLE: Row[] = [
  ...['/live', '/ready', '/metrics', '/nginx_status'].map((path): Row => [
    'D6',
    path,
    head(`GET ${path}`),
    '404 not-found',
  ]),
  ['D6', '__proto__ in a message', post('{"data":{"__proto__":{"polluted":1}}}'), '201'],
  ['D6', '__proto__ as a message', post('{"__proto__":{"data":1}}'), '422 validation-failed'],
]

checkBadInput({ 'for a stream': STREAMS, 'for a page': HISTORY, 'for the whole': WHOLE })

/** Rows that need more than one request. Those about tokens, rights and revocation are with the tokens. */
const ELSEWHERE: [number: string, what: string, file: string][] = [
  ['D1.12', 'too many posts', 'stack/nginxLimits.test.ts'],
  ['D1.13', 'an invented X-Forwarded-For', 'chassis/clientAddress.test.ts'],
  ['D1.16', 'a slow body', 'test/security/slowBodies.test.ts'],
  ['D1.17', 'a database that is away', 'test/faults/scenarios/postgresFaults.ts'],
  ['D1.18', 'a broker that is away', 'test/faults/scenarios/mqttFaults.ts'],
  ['D2.6', 'too many streams', 'gateway/events/admission.test.ts'],
  ['D2.9', 'line ends in a message', 'contract/messageEvent.test.ts'],
  ['D2.10', 'a reader that does not read', 'gateway/events/slowConsumers.test.ts'],
  ['D2.11', 'the wish for compression', 'stack/nginxStream.test.ts'],
  ['D4', 'forged copies', 'gateway/feed/forged.test.ts'],
  ['D5', 'links', 'client/chat/text/linkify.test.ts'],
  ['D6', 'random requests', 'test/security/fuzz/fuzz.test.ts'],
]

test.each(ELSEWHERE)('bad input, elsewhere: %s %s is in %s', (_number, _what, file) => {
  expect(existsSync(join(ROOT, file))).toBe(true)
})
