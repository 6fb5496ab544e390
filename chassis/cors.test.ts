import { expect, test } from '@jest/globals'
import { createCorsLines } from './cors.ts'

const VARY = 'Vary: Origin\r\n'

test('Without allowed origins no page is told anything', () => {
  expect(createCorsLines([])('https://a.example')).toBe('')
})

test('Each allowed origin gets lines of its own, which a cache keeps apart', () => {
  const lines = createCorsLines(['https://a.example', 'https://b.example'])
  for (const origin of ['https://a.example', 'https://b.example']) {
    expect(lines(origin)).toBe(
      `${VARY}Access-Control-Allow-Origin: ${origin}\r\n` +
        'Access-Control-Allow-Credentials: true\r\n' +
        'Access-Control-Expose-Headers: X-Request-Id\r\n',
    )
  }
})

test.each([undefined, 'null', 'https://a.example.evil', 'https://A.example', ''])(
  'The origin %p is not allowed, and a cache keeps that apart',
  (origin) => {
    expect(createCorsLines(['https://a.example'])(origin)).toBe(VARY)
  },
)
