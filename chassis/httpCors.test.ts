import { expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { serveApp } from '../test/support/testApp.ts'

const opened = disposables()

function preflight(origin: string, from: string): Promise<Response> {
  return fetch(`${origin}/both`, {
    method: 'OPTIONS',
    headers: { Origin: from, 'Access-Control-Request-Method': 'POST' },
  })
}

test('A page of another origin gets no CORS headers if no origin is allowed', async () => {
  const { origin } = await serveApp(opened)
  const answer = await preflight(origin, 'https://chat.example')
  expect([...answer.headers.keys()].filter((name) => /^(access-|vary)/.test(name))).toEqual([])
})

test('A page of an allowed origin may call, and read the headers that it needs', async () => {
  const { origin } = await serveApp(opened, ['https://chat.example', 'https://b.example'])
  const asked = await preflight(origin, 'https://chat.example')
  expect(asked.status).toBe(204)
  expect(Object.fromEntries(asked.headers)).toMatchObject({
    'access-control-allow-origin': 'https://chat.example',
    'access-control-allow-headers':
      'Authorization,Content-Type,Last-Event-ID,Idempotency-Key,Causeway-Sender,Causeway-Sender-Name',
    'access-control-allow-credentials': 'true',
    vary: expect.stringMatching(/^Origin/),
  })
  const answer = await fetch(`${origin}/nothing`, { headers: { Origin: 'https://b.example' } })
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'access-control-allow-origin': 'https://b.example',
    'access-control-expose-headers':
      'Location,Link,X-Request-Id,Retry-After,RateLimit,RateLimit-Policy',
    vary: 'Origin',
  })
})

test.each(['https://evil.example', 'null', 'https://chat.example.evil'])(
  'A page at %s is not allowed because another origin is',
  async (from) => {
    const { origin } = await serveApp(opened, ['https://chat.example'])
    const answers = [
      await preflight(origin, from),
      await fetch(`${origin}/both`, { headers: { Origin: from } }),
    ]
    for (const { headers } of answers) {
      expect(headers.get('access-control-allow-origin')).toBe(null)
      expect(headers.get('vary')).toMatch('Origin')
    }
  },
)
