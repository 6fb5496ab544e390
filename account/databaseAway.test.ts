import { beforeAll, expect, test } from '@jest/globals'
import {
  accept,
  type AccountServer,
  accountServer,
  PASSWORD,
} from '../test/support/accountServer.ts'
import { disposables } from '../test/support/disposables.ts'
import { ownPostgres } from '../test/support/ownPostgres.ts'
import { waitFor } from '../test/support/waitFor.ts'
import type { Child } from '../stack/child.ts'

const opened = disposables()
let postgres: Child
let server: AccountServer

beforeAll(async () => {
  const own = await ownPostgres(opened)
  postgres = own.server
  server = await accountServer(opened, own.url)
}, 60_000)

test('while Postgres is away everything that needs it gets 503, and goes on when it is back', async () => {
  const alice = server.browser()
  const { invitations, tokens } = server.account
  await accept(alice, await invitations.create({ groups: [], admin: true }), 'alice')
  const calls = [
    () => alice.get('/account/me'),
    () => alice.post('/account/renew'),
    () => alice.post('/account/login', { name: 'alice', password: PASSWORD }),
    () => alice.post('/account/guest', { name: 'Zoë' }),
    () => alice.get('/grants'),
    () =>
      alice.post('/account/token', undefined, {
        Authorization: `Bearer cw_${'0'.repeat(16)}_${'a'.repeat(43)}`,
      }),
  ]
  await postgres.stop()
  const away = await Promise.all(calls.map((call) => call()))
  expect(away.map(({ status, body }) => [status, body['type']])).toEqual(
    calls.map(() => [503, '/problems/unavailable']),
  )
  // The keys are known: verifiers get them, and tokens are as good as before.
  expect((await alice.get('/account/jwks.json')).status).toBe(200)
  expect(await tokens.verify(String(alice.cookies.get('causeway-access')))).toMatchObject({
    principal: 'user:alice',
  })
  await postgres.start()
  await waitFor(async () => (await alice.get('/account/me')).status === 200)
  expect((await alice.post('/account/renew')).status).toBe(200)
})
