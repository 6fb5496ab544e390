import { afterEach, expect, test } from '@jest/globals'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { AccountApi } from './accountApi.ts'
import { Unreachable } from '../../sdk/request.ts'
import { answerJson, type FixtureServer, serve } from '../../sdk/serverFixture.ts'
import { Problem } from '../../../contract/problem.ts'

let server: FixtureServer | undefined
afterEach(async () => server?.stop())

interface Asked {
  call: string
  body: unknown
}

async function api(answer: (response: ServerResponse) => void) {
  const asked: Asked[] = []
  const take = async (request: IncomingMessage, response: ServerResponse, url: URL) => {
    const body = request.method === 'POST' ? await json(request) : undefined
    asked.push({ call: `${request.method} ${url.pathname}`, body })
    answer(response)
  }
  server = await serve((request, response, url) => void take(request, response, url))
  return { asked, api: new AccountApi(server.base) }
}

const HOUR_MS = 3_600_000

/** Signed in, for five minutes, by a server whose clock is an hour ahead. */
function signedIn(response: ServerResponse): void {
  const now = Date.now() + HOUR_MS
  response.setHeader('Date', new Date(now).toUTCString())
  const expiresAt = new Date(now + 300_000).toISOString()
  answerJson(response, 200, { principal: 'user:alice', name: 'Alice', expiresAt })
}

test.each([
  ['me', (calls: AccountApi) => calls.me(), 'GET /account/me', undefined],
  [
    'a sign-in',
    (calls: AccountApi) => calls.login('alice', 'pw'),
    'POST /account/login',
    { name: 'alice', password: 'pw' },
  ],
  ['a guest', (calls: AccountApi) => calls.guest('Zoë'), 'POST /account/guest', { name: 'Zoë' }],
  [
    'an invitation',
    (calls: AccountApi) => calls.accept('c/d', { name: 'a', password: 'p', displayName: 'A' }),
    'POST /account/invitations/accept',
    { code: 'c/d', name: 'a', password: 'p', displayName: 'A' },
  ],
  ['a renewal', (calls: AccountApi) => calls.renew(), 'POST /account/renew', {}],
] as const)(
  'The call for %s tells who it is, and how long the token lasts here',
  async (_what, make, call, body) => {
    const { api: calls, asked } = await api(signedIn)
    const me = await make(calls)
    expect(asked).toEqual([{ call, body }])
    expect(me).toMatchObject({ principal: 'user:alice', name: 'Alice' })
    // A server tells its time in whole seconds.
    expect(Math.abs(me.endsAt - (Date.now() + 300_000))).toBeLessThan(10_000)
    expect(me.expiresAt - me.endsAt).toBeGreaterThan(HOUR_MS - 10_000)
  },
)

test.each([
  [false, 'POST /account/logout'],
  [true, 'POST /account/logout-everywhere'],
])('Signing out (everywhere: %s) is %s, whose answer has no content', async (everywhere, call) => {
  const { api: calls, asked } = await api((response) => response.writeHead(204).end())
  await calls.logout(everywhere)
  expect(asked.map((each) => each.call)).toEqual([call])
})

test('A refusal is a problem, with the mistakes that it names', async () => {
  const errors = [{ pointer: '#/name', detail: 'is taken' }, { pointer: 7 }]
  const { api: calls } = await api((response) =>
    answerJson(response, 422, { type: '/problems/validation-failed', errors }),
  )
  const error = await calls.guest('x').catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(Problem)
  expect(error).toMatchObject({ type: 'validation-failed', errors: [errors[0]] })
})

test.each([
  { principal: 'user:alice', name: 'Alice' },
  { principal: 'user:alice', name: 'Alice', expiresAt: 'soon' },
  { name: 'Alice', expiresAt: '2026-11-21T19:33:02Z' },
])('An answer of an unknown form (%j) counts as none', async (body) => {
  const { api: calls } = await api((response) => answerJson(response, 200, body))
  await expect(calls.me()).rejects.toBeInstanceOf(Unreachable)
})

test('The address of a provider leads back to where the person was', () => {
  expect(new AccountApi('https://chat.example/sub/').providerUrl('a b', '/sub/#/x')).toBe(
    'https://chat.example/sub/account/login/a%20b?return=%2Fsub%2F%23%2Fx',
  )
})
