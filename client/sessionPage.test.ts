import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { Browser, Locator, Page } from 'playwright-core'
import { FakeAccount } from './accountFixture.ts'
import { FakeLog } from './logFixture.ts'
import { openPage, servePage } from './pageFixture.ts'
import type { FixtureServer } from './serverFixture.ts'
import { launchChromium } from '../test/chatPage.ts'
import { waitFor } from '../test/support/waitFor.ts'

let browser: Browser
let log: FakeLog
let account: FakeAccount
let server: FixtureServer
let page: Page

beforeAll(async () => {
  browser = await launchChromium()
}, 60_000)
afterAll(() => browser?.close())

beforeEach(async () => {
  log = new FakeLog()
  account = new FakeAccount()
  server = await servePage(log, account)
  page = await openPage(browser, server.base)
})
afterEach(async () => {
  await page.context().close()
  await server.stop()
})

const live = (): Promise<void> => page.locator('#connection[data-state=live]').waitFor()
const box = (): Locator => page.getByLabel('Message', { exact: true })
const sees = (selector: string, text: string): Promise<void> =>
  page.locator(selector, { hasText: text }).waitFor()
const counted = (call: string): number => account.calls.filter((each) => each === call).length

async function signIn(name = 'alice'): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByLabel('Password').fill('correct horse')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await live()
}

async function say(text: string): Promise<void> {
  await box().fill(text)
  await box().press('Enter')
}

/** Notes each state that the connection is shown in. */
async function watchConnection(): Promise<() => Promise<string[]>> {
  const connection = page.locator('#connection')
  await connection.evaluate((node) => {
    node.dataset.seen = ''
    new MutationObserver(() => {
      node.dataset.seen = `${node.dataset.seen ?? ''} ${node.dataset.state ?? ''}`
    }).observe(node, { attributeFilter: ['data-state'] })
  })
  return async () => ((await connection.getAttribute('data-seen')) ?? '').split(' ').filter(Boolean)
}

test('A token that ends is renewed while the chat goes on, and nobody sees anything of it', async () => {
  account.tokenMs = 4_000
  await signIn()
  const states = await watchConnection()
  await waitFor(() => counted('POST renew') >= 2, 10)
  // The gateway ends a stream with the token that it came with.
  log.end('expired')
  await waitFor(() => log.resumed.length === 2 && log.streams === 1, 5)
  log.append('after the end', { sender: { id: 'user:bob', name: 'Bob' } })
  await sees('.text', 'after the end')
  await say('mine')
  await sees('.own:not(.pending) .text', 'mine')
  expect(new Set(await states())).not.toContain('reconnecting')
  expect(await page.locator('#sign-in').isVisible()).toBe(false)
})

test('A call whose token was refused is repeated with a new one', async () => {
  await signIn()
  account.endTokens()
  await say('hello')
  await sees('.own:not(.pending):not(.failed) .text', 'hello')
  expect([counted('POST renew'), log.posts.length]).toEqual([1, 1])
})

test('A session that ended leads to the sign-in; what was not sent is sent after it, by the same person', async () => {
  await signIn()
  account.endSessions()
  await say('sent late')
  await page.getByText('Your session has ended.').waitFor()
  expect(await page.locator('#messages').innerHTML()).toBe('')
  await waitFor(() => log.streams === 0, 5)
  expect(log.posts).toEqual([])
  await signIn()
  await sees('.own:not(.pending):not(.failed) .text', 'sent late')
  expect(log.messages.map(({ data }) => data)).toEqual([{ text: 'sent late' }])
})

test('A draft survives the end of a session and a reload, and another person does not get it', async () => {
  account.passwords.set('bob', 'correct horse')
  await signIn()
  await box().fill('half a thou')
  account.endSessions()
  log.end('revoked')
  await page.getByText('Your session has ended.').waitFor()
  await page.reload()
  await signIn('bob')
  expect(await box().inputValue()).toBe('')
  account.endSessions()
  log.end('revoked')
  await page.getByText('Your session has ended.').waitFor()
  await signIn()
  expect(await box().inputValue()).toBe('half a thou')
})

test('Signing out on purpose forgets the draft', async () => {
  await signIn()
  await box().fill('half a thou')
  await page.getByRole('button', { name: 'Account alice' }).click()
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await page.getByText('You are signed out.').waitFor()
  await signIn()
  expect(await box().inputValue()).toBe('')
})

test('A message without a grant says so, and is not sent again by a reload', async () => {
  log.refuse.post = { status: 403, type: 'forbidden' }
  await signIn()
  await say('hello')
  await page.getByText('Not sent. You may not write in this channel.').waitFor()
  await page.reload()
  await page.getByText('Not sent. You may not write in this channel.').waitFor()
  expect(log.posts).toHaveLength(1)
})

test('A message that had no answer when the page was left is sent once by the next one', async () => {
  await signIn()
  log.refuse.post = 'hang'
  await say('hello')
  await waitFor(() => log.posts.length === 1, 5)
  delete log.refuse.post
  await page.reload()
  await sees('.own:not(.pending):not(.failed) .text', 'hello')
  const keys = log.posts.map(({ headers }) => headers['idempotency-key'])
  expect([keys.length, new Set(keys).size]).toEqual([2, 1])
})

test('A channel that may not be read any more says so, and takes no message', async () => {
  await signIn()
  log.refuse.events = { status: 403, type: 'forbidden' }
  log.end('forbidden')
  await page.getByText('You may not read this channel.').waitFor()
  expect(await box().isDisabled()).toBe(true)
  expect(await page.locator('#sign-in').isVisible()).toBe(false)
})

test('A stream that is refused for its token comes back with a new one', async () => {
  await signIn()
  account.endTokens()
  server.cut()
  await waitFor(() => counted('POST renew') === 1, 10)
  await live()
  log.append('again')
  await sees('.text', 'again')
  expect(counted('POST renew')).toBe(1)
})
