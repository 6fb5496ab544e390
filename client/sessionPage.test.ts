import { beforeEach, expect, test } from '@jest/globals'
import type { Locator } from 'playwright-core'
import { PageBed } from './pageFixture.ts'
import { waitFor } from '../test/support/waitFor.ts'

const bed = new PageBed({ accounts: true })

const live = (): Promise<void> => bed.until('live')
const box = (): Locator => bed.page.getByLabel('Message', { exact: true })
const sees = (selector: string, text: string): Promise<void> =>
  bed.page.locator(selector, { hasText: text }).waitFor()
const counted = (call: string): number => bed.account.calls.filter((each) => each === call).length

beforeEach(() => bed.open())

async function signIn(name = 'alice'): Promise<void> {
  await bed.page.getByLabel('Name', { exact: true }).fill(name)
  await bed.page.getByLabel('Password').fill('correct horse')
  await bed.page.getByRole('button', { name: 'Sign in' }).click()
  await live()
}

async function say(text: string): Promise<void> {
  await box().fill(text)
  await box().press('Enter')
}

/** Notes each state that the connection is shown in. */
async function watchConnection(): Promise<() => Promise<string[]>> {
  const connection = bed.page.locator('#connection')
  await connection.evaluate((node) => {
    node.dataset.seen = ''
    new MutationObserver(() => {
      node.dataset.seen = `${node.dataset.seen ?? ''} ${node.dataset.state ?? ''}`
    }).observe(node, { attributeFilter: ['data-state'] })
  })
  return async () => ((await connection.getAttribute('data-seen')) ?? '').split(' ').filter(Boolean)
}

test('A token that ends is renewed while the chat goes on, and nobody sees anything of it', async () => {
  bed.account.tokenMs = 4_000
  await signIn()
  const states = await watchConnection()
  await waitFor(() => counted('POST renew') >= 2, 10)
  // The gateway ends a stream with the token that it came with.
  bed.log.end('expired')
  await waitFor(() => bed.log.resumed.length === 2 && bed.log.streams === 1, 5)
  bed.log.append('after the end', { sender: { id: 'user:bob', name: 'Bob' } })
  await sees('.text', 'after the end')
  await say('mine')
  await sees('.own:not(.pending) .text', 'mine')
  expect(new Set(await states())).not.toContain('reconnecting')
  expect(await bed.page.locator('#sign-in').isVisible()).toBe(false)
})

test('A call whose token was refused is repeated with a new one', async () => {
  await signIn()
  bed.account.endTokens()
  await say('hello')
  await sees('.own:not(.pending):not(.failed) .text', 'hello')
  expect([counted('POST renew'), bed.log.posts.length]).toEqual([1, 1])
})

test('A session that ended leads to the sign-in; what was not sent is sent after it, by the same person', async () => {
  await signIn()
  bed.account.endSessions()
  await say('sent late')
  await bed.page.getByText('Your session has ended.').waitFor()
  expect(await bed.page.locator('#messages').innerHTML()).toBe('')
  await waitFor(() => bed.log.streams === 0, 5)
  expect(bed.log.posts).toEqual([])
  await signIn()
  await sees('.own:not(.pending):not(.failed) .text', 'sent late')
  expect(bed.log.messages.map(({ data }) => data)).toEqual([{ text: 'sent late' }])
})

test('A draft survives the end of a session and a reload, and another person does not get it', async () => {
  bed.account.passwords.set('bob', 'correct horse')
  await signIn()
  await box().fill('half a thou')
  bed.account.endSessions()
  bed.log.end('revoked')
  await bed.page.getByText('Your session has ended.').waitFor()
  await bed.page.reload()
  await signIn('bob')
  expect(await box().inputValue()).toBe('')
  bed.account.endSessions()
  bed.log.end('revoked')
  await bed.page.getByText('Your session has ended.').waitFor()
  await signIn()
  expect(await box().inputValue()).toBe('half a thou')
})

test('Signing out on purpose forgets the draft', async () => {
  await signIn()
  await box().fill('half a thou')
  await bed.page.getByRole('button', { name: 'Account alice' }).click()
  await bed.page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await bed.page.getByText('You are signed out.').waitFor()
  await signIn()
  expect(await box().inputValue()).toBe('')
})

test('A message without a grant says so, and is not sent again by a reload', async () => {
  bed.log.refuse.post = { status: 403, type: 'forbidden' }
  await signIn()
  await say('hello')
  await bed.page.getByText('Not sent. You may not write in this channel.').waitFor()
  await bed.page.reload()
  await bed.page.getByText('Not sent. You may not write in this channel.').waitFor()
  expect(bed.log.posts).toHaveLength(1)
})

test('A message that had no answer when the page was left is sent once by the next one', async () => {
  await signIn()
  bed.log.refuse.post = 'hang'
  await say('hello')
  await waitFor(() => bed.log.posts.length === 1, 5)
  delete bed.log.refuse.post
  await bed.page.reload()
  await sees('.own:not(.pending):not(.failed) .text', 'hello')
  const keys = bed.log.posts.map(({ headers }) => headers['idempotency-key'])
  expect([keys.length, new Set(keys).size]).toEqual([2, 1])
})

test('A channel that may not be read any more says so, and takes no message', async () => {
  await signIn()
  bed.log.refuse.events = { status: 403, type: 'forbidden' }
  bed.log.end('forbidden')
  await bed.page.getByText('You may not read this channel.').waitFor()
  expect(await box().isDisabled()).toBe(true)
  expect(await bed.page.locator('#sign-in').isVisible()).toBe(false)
})

test('A stream that is refused for its token comes back with a new one', async () => {
  await signIn()
  bed.account.endTokens()
  bed.server.cut()
  await waitFor(() => counted('POST renew') === 1, 10)
  await live()
  bed.log.append('again')
  await sees('.text', 'again')
  expect(counted('POST renew')).toBe(1)
})
