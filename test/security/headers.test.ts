import { checkRows } from './checkRows.ts'
import { get, head, LENGTH, post, type Row } from './requests.ts'

const long = 'a'.repeat(15_000)
const HEADERS: Row[] = [
  ['one of 20 kB', get(`X-A: ${long}${long}`), '400', '400', '400'],
  [
    'three of 15 kB',
    get(`X-A: ${long}`, `X-B: ${long}`, `X-C: ${long}`),
    '400 probe',
    '400',
    '400',
  ],
  [
    'a sender in latin1',
    post([LENGTH, 'Causeway-Sender: \xe9']),
    '400 probe',
    '400 probe',
    '404 probe',
  ],
  [
    'a name in bare UTF-8',
    post([LENGTH, 'Causeway-Sender-Name: \xc3\xa9']),
    '400 probe',
    '400 probe',
    '404 probe',
  ],
  [
    'a name with a line end',
    post([LENGTH, 'Causeway-Sender-Name: a%0Ab']),
    '400 probe',
    '400 probe',
    '404 probe',
  ],
  [
    'a name with a line separator',
    post([LENGTH, 'Causeway-Sender-Name: a%E2%80%A8b']),
    '400 probe',
    '400 probe',
    '404 probe',
  ],
  ['a sender in a folded line', post([LENGTH, 'Causeway-Sender: a\r\n b']), '400', '400', '400'],
  [
    'two senders',
    post([LENGTH, 'Causeway-Sender: a', 'Causeway-Sender: b']),
    '400 probe',
    '400 probe',
    '404 probe',
  ],
  [
    'two idempotency keys',
    post([LENGTH, 'Causeway-Sender: a', 'Idempotency-Key: a', 'Idempotency-Key: b']),
    '400 probe',
    '400 probe',
    '404 probe',
  ],
  [
    'an idempotency key of 256 characters',
    post([LENGTH, 'Causeway-Sender: a', `Idempotency-Key: ${'a'.repeat(256)}`]),
    '400 probe',
    '400 probe',
    '404 probe',
  ],
  [
    'no type',
    post([LENGTH]).replace('Content-Type', 'X-Type'),
    '415 probe',
    '415 probe',
    '404 probe',
  ],
  [
    'a type that needs no preflight',
    post([LENGTH]).replace('application/json', 'text/plain'),
    '415 probe',
    '415 probe',
    '404 probe',
  ],
  [
    'a type that contains ours',
    post([LENGTH]).replace('application/json', 'text/plain; application/json'),
    '415 probe',
    '415 probe',
    '404 probe',
  ],
  [
    'another charset',
    post([LENGTH]).replace('json', 'json; charset=utf-16'),
    '415 probe',
    '415 probe',
    '404 probe',
  ],
  [
    'another type before ours',
    post([LENGTH]).replace('Content-Type', 'Content-Type: text/plain\r\nContent-Type'),
    '415 probe',
    '415 probe',
    '404 probe',
  ],
  ['an encoding', post([LENGTH, 'Content-Encoding: gzip']), '415 probe', '415 probe', '404 probe'],
  [
    'a range',
    head('GET /history?channel=smug HTTP/1.1', 'Range: bytes=0-1'),
    '200 probe',
    '200 probe',
    '404 probe',
  ],
  [
    'an id that would end a line of the log',
    head('GET /nope HTTP/1.1', 'X-Request-Id: a","evil":"1'),
    '404 probe',
    '404 probe',
    '404 probe',
  ],
]

checkRows({ 'with an odd header': HEADERS })
