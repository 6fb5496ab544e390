import { expect, test } from '@jest/globals'
import { checkRows } from './checkRows.ts'
import { CHUNKED, CHUNKS, get, HIDDEN, LENGTH, post, type Row } from './requests.ts'

const FRAMING: Row[] = [
  ['a length', post([LENGTH]), '201 probe', '201 probe', '404 probe'],
  ['chunks', post([CHUNKED], CHUNKS), '201 probe', '201 probe', '404 probe'],
  [
    'a length and chunks, and a request hidden in the length',
    post([`Content-Length: ${CHUNKS.length + HIDDEN.length}`, CHUNKED], CHUNKS + HIDDEN),
    '400',
    '400',
    '400',
  ],
  ['a short length and chunks', post(['Content-Length: 4', CHUNKED], CHUNKS), '400', '400', '400'],
  [
    'a space before the colon of the coding',
    post(['Content-Length: 4', 'Transfer-Encoding : chunked'], CHUNKS),
    '400',
    '400',
    '400',
  ],
  [
    'a coding that nobody knows',
    post(['Transfer-Encoding: xchunked'], CHUNKS),
    '400',
    '400',
    '404 400',
  ],
  [
    'two codings, the last one chunked',
    post(['Transfer-Encoding: identity, chunked'], CHUNKS),
    '400',
    '201 probe',
    '404 probe',
  ],
  [
    'two lines of codings, the last one not chunked',
    post([CHUNKED, 'Transfer-Encoding: identity'], CHUNKS),
    '400',
    '400',
    '400',
  ],
  [
    'a tab before the coding',
    post(['Transfer-Encoding:\tchunked'], CHUNKS),
    '400',
    '201 probe',
    '404 probe',
  ],
  [
    'a vertical tab before the coding',
    post(['Transfer-Encoding: \x0bchunked'], CHUNKS),
    '400',
    '400',
    '400',
  ],
  [
    'a coding in a folded line',
    post(['Transfer-Encoding:\r\n chunked'], CHUNKS),
    '400',
    '400',
    '400',
  ],
  ['two lengths', post([LENGTH, 'Content-Length: 3']), '400', '400', '400'],
  ['one length twice', post([LENGTH, LENGTH]), '400', '400', '400'],
  ['a list of lengths', post(['Content-Length: 21,21']), '400', '400', '400'],
  ['a length with a sign', post(['Content-Length: +21']), '400', '400', '400'],
  ['a hexadecimal length', post(['Content-Length: 0x15']), '400', '400', '400'],
  ['a negative length', post(['Content-Length: -1']), '400', '400', '400'],
  [
    'a length that no number holds',
    post(['Content-Length: 99999999999999999999']),
    '400',
    '400',
    '400',
  ],
  [
    'a length in a folded line',
    post(['X-A: b\r\n Content-Length: 3', LENGTH]),
    '400',
    '400',
    '400',
  ],
  ['line feeds only', post([LENGTH]).replaceAll('\r\n', '\n'), '201 probe', '400', '400'],
  [
    'a carriage return in a header',
    post(['X-A: a\rContent-Length: 3', LENGTH]),
    '400',
    '400',
    '400',
  ],
  ['a NUL in a header', post(['X-A: a\0b', LENGTH]), '400', '400', '400'],
  [
    'an extension of a chunk',
    post([CHUNKED], CHUNKS.replace('15', '15;a=b')),
    '201 probe',
    '201 probe',
    '404 probe',
  ],
  [
    'an extension with a line feed',
    post([CHUNKED], CHUNKS.replace('15', '15;a\nb')),
    '400',
    '400',
    '404 400',
  ],
  [
    'a line feed behind the size of a chunk',
    post([CHUNKED], CHUNKS.replace('15\r\n', '15\n')),
    '201 probe',
    '400',
    '404 400',
  ],
  ['a size of a chunk with 0x', post([CHUNKED], `0x${CHUNKS}`), '400', '400', '404 400'],
  [
    'a size of a chunk beyond 64 bits',
    post([CHUNKED], CHUNKS.replace('15', 'ffffffffffffffff1')),
    '400',
    '400',
    '404 400',
  ],
  [
    'a trailer that names a sender',
    post([CHUNKED], CHUNKS.replace(/\r\n$/, 'Causeway-Sender: admin\r\n\r\n')),
    '201 probe',
    '201 probe',
    '404 probe',
  ],
  [
    'a sender with an underscore',
    post(['Causeway_Sender: admin', LENGTH]),
    '201 probe',
    '201 probe',
    '404 probe',
  ],
  [
    'a GET with a length, and a request in it',
    `${get(`Content-Length: ${HIDDEN.length}`)}${HIDDEN}`,
    '200 probe',
    '200 probe',
    '404 probe',
  ],
  [
    'a GET with an empty body in chunks',
    `${get(CHUNKED)}0\r\n\r\n`,
    '200 probe',
    '200 probe',
    '404 probe',
  ],
  [
    'three requests at once',
    get().repeat(3),
    '200 200 200 probe',
    '200 200 200 probe',
    '404 404 404 probe',
  ],
  [
    'a post and a read at once',
    post([LENGTH]) + get(),
    '201 200 probe',
    '201 200 probe',
    '404 404 probe',
  ],
  [
    'the wish to be told to go on',
    post(['Expect: 100-continue', LENGTH]),
    '201 probe',
    '201 probe',
    '404 probe',
  ],
  [
    'a wish that nobody knows',
    post(['Expect: 200-fun', LENGTH]),
    '201 probe',
    '201 probe',
    '404 probe',
  ],
]

const origins = checkRows({ 'in an odd frame': FRAMING })

test('Nobody posts under a name that the framing brings', async () => {
  const page = await (await fetch(`${origins.edge}/history?channel=smug&limit=1000`)).text()
  expect(page).toContain('"text":"x"')
  expect(page).not.toContain('admin')
})
