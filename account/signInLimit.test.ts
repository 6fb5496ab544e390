import { expect, test } from '@jest/globals'
import { accept, accountServer, PASSWORD } from '../test/support/accountServer.ts'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'

const opened = disposables()
const TRIES = 3

test('Too many tries for one account get 429 until some time has passed, and no other account notices', async () => {
  const server = await accountServer(opened, await testDatabase(), { triesPerAccount: TRIES })
  for (const name of ['ann', 'ben']) {
    const url = await server.account.invitations.create({ groups: [], admin: false })
    expect((await accept(server.browser(), url, name)).status).toBe(200)
  }
  const login = (name: string, password: string) =>
    server.browser().post('/account/login', { name, password })

  // The right password gives the tries back.
  expect((await login('ann', 'wrong word')).status).toBe(401)
  expect((await login('ann', PASSWORD)).status).toBe(200)

  // The same name in other letters is the same account.
  const names = ['ann', 'ANN', 'Ann', 'aNN']
  const answers = []
  for (const name of names) answers.push(await login(name, 'wrong word'))
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 429])
  expect(answers.at(-1)?.body).toMatchObject({ type: '/problems/rate-limited' })
  expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await login('ann', PASSWORD)).status).toBe(429)
  expect((await login('ben', PASSWORD)).status).toBe(200)
  // A name that nobody has is counted alike: the answer does not tell whether it exists.
  const unknown = []
  for (let at = 0; at <= TRIES; at++) unknown.push((await login('nobody', 'wrong word')).status)
  expect(unknown).toEqual([401, 401, 401, 429])
})
