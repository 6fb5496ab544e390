import { beforeEach, expect, test } from '@jest/globals'
import type { Locator } from 'playwright-core'
import { ChatFixture } from './pageFixture.ts'
import { waitFor } from '../../test/support/waitFor.ts'

const chat = new ChatFixture({ accounts: true })

const live = (): Promise<void> => chat.until('live')
const box = (): Locator => chat.page.getByLabel('Message', { exact: true })
const sees = (selector: string, text: string): Promise<void> =>
  chat.page.locator(selector, { hasText: text }).waitFor()
const counted = (call: string): number => chat.account.calls.filter((each) => each === call).length

beforeEach(() => chat.open())

async function signIn(name = 'alice'): Promise<void> {
  await chat.page.getByLabel('Name', { exact: true }).fill(name)
  await chat.page.getByLabel('Password').fill('correct horse')
  await chat.page.getByRole('button', { name: 'Sign in' }).click()
  await live()
}

async function say(text: string): Promise<void> {
  await box().fill(text)
  await box().press('Enter')
}

/** Notes each state that the connection is shown in. */
async function watchConnection(): Promise<() => Promise<string[]>> {
  const connection = chat.page.locator('#connection')
  await connection.evaluate((node) => {
    node.dataset.seen = ''
    new MutationObserver(() => {
      node.dataset.seen = `${node.dataset.seen ?? ''} ${node.dataset.state ?? ''}`
    }).observe(node, { attributeFilter: ['data-state'] })
  })
  return async () => ((await connection.getAttribute('data-seen')) ?? '').split(' ').filter(Boolean)
}

test('A token that ends is renewed while the chat goes on, and nobody sees anything of it', async () => {
  chat.account.tokenMs = 4_000
  await signIn()
  const states = await watchConnection()
  await waitFor(() => counted('POST renew') >= 2, 10)
  // The gateway ends a stream with the token that it came with.
  chat.log.end('expired')
  await waitFor(() => chat.log.resumed.length === 2 && chat.log.streams === 1)
  chat.log.append('after the end', { sender: { id: 'user:bob', name: 'Bob' } })
  await sees('.text', 'after the end')
  await say('mine')
  await sees('.own:not(.pending) .text', 'mine')
  expect(new Set(await states())).not.toContain('reconnecting')
  expect(await chat.page.locator('#sign-in').isVisible()).toBe(false)
})

test('A call whose token was refused is repeated with a new one', async () => {
  await signIn()
  chat.account.endTokens()
  await say('hello')
  await sees('.own:not(.pending):not(.failed) .text', 'hello')
  expect([counted('POST renew'), chat.log.posts.length]).toEqual([1, 1])
})

test('A session that ended leads to the sign-in; what was not sent is sent after it, by the same person', async () => {
  await signIn()
  // Nothing else may find the end first, such as the signal that somebody types: the box would be gone before Enter is pressed.
  chat.account.endsAt = '/channels/lobby/messages'
  await say('sent late')
  await chat.page.getByText('Your session has ended.').waitFor()
  expect(await chat.page.locator('#messages').count()).toBe(0)
  await waitFor(() => chat.log.streams === 0)
  expect(chat.log.posts).toEqual([])
  await signIn()
  await sees('.own:not(.pending):not(.failed) .text', 'sent late')
  expect(chat.log.messages.map(({ data }) => data)).toEqual([{ text: 'sent late' }])
})

test('A draft survives the end of a session and a reload, and another person does not get it', async () => {
  chat.account.passwords.set('bob', 'correct horse')
  await signIn()
  await box().fill('half a thou')
  chat.account.endSessions()
  chat.log.end('revoked')
  await chat.page.getByText('Your session has ended.').waitFor()
  await chat.page.reload()
  await signIn('bob')
  expect(await box().inputValue()).toBe('')
  chat.account.endSessions()
  chat.log.end('revoked')
  await chat.page.getByText('Your session has ended.').waitFor()
  await signIn()
  expect(await box().inputValue()).toBe('half a thou')
})

test('Signing out on purpose forgets the draft', async () => {
  await signIn()
  await box().fill('half a thou')
  await chat.page.getByRole('button', { name: 'Account alice' }).click()
  await chat.page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await chat.page.getByText('You are signed out.').waitFor()
  await signIn()
  expect(await box().inputValue()).toBe('')
})

test('A message without a grant says so, and is not sent again by a reload', async () => {
  chat.log.refuse.post = { status: 403, type: 'forbidden' }
  await signIn()
  await say('hello')
  await chat.page.getByText('Not sent. You may not write in this channel.').waitFor()
  await chat.page.reload()
  await chat.page.getByText('Not sent. You may not write in this channel.').waitFor()
  expect(chat.log.posts).toHaveLength(1)
})

test('A message that had no answer when the page was left is sent once by the next one', async () => {
  await signIn()
  chat.log.refuse.post = 'hang'
  await say('hello')
  await waitFor(() => chat.log.posts.length === 1)
  delete chat.log.refuse.post
  await chat.page.reload()
  await sees('.own:not(.pending):not(.failed) .text', 'hello')
  const keys = chat.log.posts.map(({ headers }) => headers['idempotency-key'])
  expect([keys.length, new Set(keys).size]).toEqual([2, 1])
})

test('A channel that may not be read any more says so, and takes no message', async () => {
  await signIn()
  chat.log.refuse.events = { status: 403, type: 'forbidden' }
  chat.log.end('forbidden')
  await chat.page.getByText('You may not read this channel.').waitFor()
  expect(await box().isDisabled()).toBe(true)
  expect(await chat.page.locator('#sign-in').isVisible()).toBe(false)
})

test('A stream that is refused for its token comes back with a new one', async () => {
  await signIn()
  chat.account.endTokens()
  chat.server.cut()
  await waitFor(() => counted('POST renew') === 1, 10)
  await live()
  chat.log.append('again')
  await sees('.text', 'again')
  expect(counted('POST renew')).toBe(1)
})

test('Two tabs whose tokens were refused renew once for both', async () => {
  await signIn()
  const second = await chat.page.context().newPage()
  await second.goto(chat.server.base)
  await second.locator('#connection[data-state=live]').waitFor()
  chat.account.endTokens()
  chat.account.holdRenewals()
  await say('one')
  await second.getByLabel('Message', { exact: true }).fill('two')
  await second.getByLabel('Message', { exact: true }).press('Enter')
  await waitFor(() => chat.account.refusals >= 2)
  // The second tab waits for the first one's lock.
  await second.waitForFunction(async () => {
    const { pending = [] } = await navigator.locks.query()
    return pending.filter(({ name = '' }) => name.startsWith('causeway http')).length === 1
  })
  chat.account.answerRenewals()
  await sees('.own:not(.pending):not(.failed) .text', 'one')
  await waitFor(() => chat.log.posts.length === 2)
  expect([counted('POST renew'), chat.log.posts.length]).toEqual([1, 2])
})
