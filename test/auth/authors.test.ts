import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { cookieNames } from '../../chassis/auth/credentials.ts'
import { type AuthStack, authStack } from '../support/authStack.ts'
import { waitFor } from '../support/waitFor.ts'

let stack: AuthStack

beforeAll(async () => {
  stack = await authStack({ ingests: 2, gateways: 1 })
  await stack.grant('user:alice', 'read,write rooms.berlin')
  const headers = { Authorization: `Bearer ${await stack.issuer.token('user:alice')}` }
  await waitFor(async () => {
    const asked = stack.ingests.map((origin) =>
      fetch(`${origin}/channels/rooms.berlin`, { headers }),
    )
    return (await Promise.all(asked)).every(({ status }) => status === 200)
  })
}, 60_000)
afterAll(() => stack?.stop(), 60_000)

test('The sender of a message is its principal, by the name in its token', async () => {
  const token = await stack.issuer.token('user:alice', { name: 'Alice B.' })
  const post = (headers: Record<string, string>, replica = 0): Promise<Response> =>
    fetch(`${stack.ingests[replica]}/channels/rooms.berlin/messages`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json',
        ...headers,
      },
      body: '{"data":1}',
    })
  const answer = await post({ 'Idempotency-Key': 'k' })
  expect([answer.status, Object(await answer.json()).sender]).toEqual([
    201,
    { id: 'user:alice', name: 'Alice B.' },
  ])
  // The key belongs to the principal, at any replica and with any token.
  expect((await post({ 'Idempotency-Key': 'k' }, 1)).status).toBe(200)
  for (const claim of ['Causeway-Sender', 'Causeway-Sender-Name']) {
    const refused = await post({ [claim]: 'bob' })
    expect([refused.status, Object(await refused.json()).type]).toEqual([
      400,
      '/problems/invalid-parameter',
    ])
  }
})

test('A cookie counts for posts only if a page of this origin sends them', async () => {
  const token = await stack.issuer.token('user:alice')
  const { host, protocol } = new URL(stack.origin)
  const post = async (headers: Record<string, string>): Promise<number> => {
    const answer = await fetch(`${stack.origin}/channels/rooms.berlin/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: '{"data":1}',
    })
    return answer.status
  }
  const { access } = cookieNames(protocol === 'https:')
  const cookie = { Cookie: `${access}=${token}` }
  expect(await post(cookie)).toBe(201)
  expect(await post({ ...cookie, Origin: stack.origin, 'Sec-Fetch-Site': 'same-origin' })).toBe(201)
  for (const wrong of [
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
    { Origin: `${protocol}//${host}.evil.example` },
    { 'Sec-Fetch-Site': 'cross-site' },
    { Origin: stack.origin, 'Sec-Fetch-Site': 'cross-site' },
  ]) {
    expect([wrong, await post({ ...cookie, ...wrong })]).toEqual([wrong, 403])
    expect(await post({ Authorization: `Bearer ${token}`, ...wrong })).toBe(201)
  }
})
