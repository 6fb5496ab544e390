import { beforeAll, expect, test } from '@jest/globals'
import { accountServer } from '../test/support/accountServer.ts'
import { disposables } from '../test/support/disposables.ts'
import type { TestBrowser } from '../test/support/testBrowser.ts'
import { testDatabase } from '../test/support/testDatabase.ts'

const opened = disposables()
let admin: TestBrowser

beforeAll(async () => {
  admin = await (await accountServer(opened, await testDatabase())).admin()
})

test.each(['%C2%84', 'a..b', 'a%2Fb', '%00', 'a'.repeat(129)])(
  'A channel that cannot be one has no title and no members: %j',
  async (name) => {
    const path = `/account/channels/${name}`
    const answers = [
      await admin.get(path),
      await admin.send('PUT', path, { title: 'Cooking', topic: '' }),
      await admin.get(`${path}/members`),
      await admin.send('PUT', `${path}/members/user:alice`, { role: 'member' }),
      await admin.send('DELETE', `${path}/members/user:alice`),
    ]
    const seen = answers.map(({ status, body }) => [status, body['type']])
    expect(seen).toEqual(answers.map(() => [400, '/problems/invalid-channel']))
  },
)
