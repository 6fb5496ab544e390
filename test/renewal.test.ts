import { beforeAll, expect, test } from '@jest/globals'
import { SignInStack } from './signInStack.ts'
import { disposables } from './support/disposables.ts'

/** The shortest that account takes. */
const TOKEN_SECONDS = 30

const opened = disposables()
let site: SignInStack

beforeAll(async () => {
  const grants = 'user:* read,write rooms.**'
  site = await SignInStack.start(opened, {
    TOKEN_SECONDS: String(TOKEN_SECONDS),
    DEFAULT_GRANTS: grants,
  })
}, 120_000)

test('a token that ends is renewed: the chat goes on, and no message is missing', async () => {
  const hana = await site.person('hana', 'rooms.long')
  await hana.until('live')
  await site.adminGoesTo('rooms.long')
  await site.admin.until('live')
  const states = await hana.watchConnection()
  const asked: string[] = []
  hana.page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/events') asked.push(request.url())
  })
  const said: string[] = []
  const say = async (): Promise<void> => {
    said.push(`line ${said.length}.`)
    await site.admin.say(said.at(-1) ?? '')
  }
  // The gateway ends a stream with the token that it was opened with.
  while (asked.length === 0) {
    await say()
    await hana.page.waitForTimeout(500)
  }
  for (let more = 0; more < 5; more += 1) await say()
  await hana.sees(said.at(-1) ?? '')
  expect(await hana.texts()).toEqual(said)
  await hana.say('I have them all')
  expect(await states()).toEqual([])
  expect(hana.complaints).toEqual([])
}, 120_000)
