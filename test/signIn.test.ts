import { beforeAll, describe, expect, test } from '@jest/globals'
import { cookieNames } from '../chassis/auth/credentials.ts'
import type { ChatPage } from './chatPage.ts'
import { PASSWORD, SignInStack } from './signInStack.ts'
import { PROTOCOL } from './support/authority.ts'
import { disposables } from './support/disposables.ts'
import { waitFor } from './support/waitFor.ts'

const opened = disposables()
let site: SignInStack

beforeAll(async () => {
  const grants = 'user:* read,write rooms.**;user:* read lobby;guest:* read,write rooms.open'
  site = await SignInStack.start(opened, { DEFAULT_GRANTS: grants })
}, 120_000)

const close = (chat: ChatPage): Promise<void> => chat.page.context().close()

describe('a person who signs in', () => {
  test('posts where a grant allows it, is known by the account, and stays signed in', async () => {
    const bob = await site.person('bob', 'rooms.two')
    await bob.until('live')
    await bob.say('Hello Ada')
    await site.adminGoesTo('rooms.two')
    await site.admin.sees('Hello Ada')
    expect(await site.admin.page.locator('.message .sender').allTextContents()).toEqual([
      expect.stringMatching(/^bob the person bob \d\d:\d\d$/),
    ])
    await bob.page.reload()
    await bob.until('live')
    await bob.sees('Hello Ada')
    expect(await bob.page.locator('.own .text').allTextContents()).toEqual(['Hello Ada'])
    expect([bob.complaints, bob.failedRequests]).toEqual([[], []])
    await close(bob)
  }, 60_000)

  test('has two cookies that no script can read, and only TLS carries them where there is TLS', async () => {
    const carol = await site.person('carol', 'lobby')
    const isSecure = PROTOCOL === 'https'
    const found = (await carol.page.context().cookies()).map(({ name, secure, httpOnly }) => [
      name,
      { secure, httpOnly },
    ])
    const { access, session } = cookieNames(isSecure)
    const flags = { secure: isSecure, httpOnly: true }
    expect(Object.fromEntries(found)).toEqual({ [access]: flags, [session]: flags })
    await close(carol)
  }, 60_000)

  test('is refused where there is no grant, and reads so at the message', async () => {
    const carl = await site.person('carl', 'lobby')
    await carl.until('live')
    await carl.page.getByLabel('Message', { exact: true }).fill('May I?')
    await carl.page.getByLabel('Message', { exact: true }).press('Enter')
    const failed = carl.page.locator('.failed')
    await failed.getByText('Not sent. You may not write in this channel.').waitFor()
    await carl.page.goto(site.addressOf('secret'))
    await carl.page.getByText('You may not read this channel.').waitFor()
    expect(await carl.page.getByLabel('Message', { exact: true }).isDisabled()).toBe(true)
    expect(carl.complaints).toEqual([])
    await close(carl)
  }, 60_000)

  test('signs in again by name and password', async () => {
    await close(await site.person('dora', 'lobby'))
    const dora = await site.open('lobby')
    await dora.signIn('dora', 'wrong password')
    await dora.page.getByText('The name or the password is wrong.').waitFor()
    await dora.signIn('dora', PASSWORD)
    await dora.until('live')
    expect(dora.complaints).toEqual([])
    await close(dora)
  }, 60_000)
})

describe('signing out', () => {
  test('ends the streams of all tabs, and shows the sign-in in each', async () => {
    const emil = await site.person('emil', 'rooms.out')
    await emil.until('live')
    const before = await site.streams()
    const second = await emil.page.context().newPage()
    await second.goto(site.addressOf('rooms.out'))
    await second.locator('#connection[data-state=live]').waitFor()
    // All tabs of a browser share one.
    expect(await site.streams()).toBe(before)
    await emil.page.getByRole('button', { name: 'Account' }).click()
    await emil.page.getByRole('button', { name: 'Sign out', exact: true }).click()
    for (const tab of [emil.page, second]) await tab.getByText('You are signed out.').waitFor()
    await waitFor(async () => (await site.streams()) === before - 1)
    await emil.page.reload()
    await emil.page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await close(emil)
  }, 60_000)

  test('everywhere ends the streams of other browsers too', async () => {
    const here = await site.person('fay', 'rooms.out')
    await here.until('live')
    const there = await site.open('rooms.out')
    await there.signIn('fay', PASSWORD)
    await there.until('live')
    await here.page.getByRole('button', { name: 'Account' }).click()
    await here.page.getByRole('button', { name: 'Sign out everywhere' }).click()
    await there.page.getByText('Your session has ended.').waitFor()
    expect(await there.page.locator('#messages').count()).toBe(0)
    await close(here)
    await close(there)
  }, 60_000)
})

test('a guest comes in by a name, and is marked as a guest', async () => {
  const guest = await site.open('rooms.open')
  await guest.page.getByLabel('Your name').fill('Ada the admin')
  await guest.page.getByRole('button', { name: 'Continue as a guest' }).click()
  await guest.until('live')
  await guest.say('I am not her')
  await site.adminGoesTo('rooms.open')
  await site.admin.sees('I am not her')
  expect(await site.admin.page.locator('.message .sender').allTextContents()).toEqual([
    expect.stringMatching(/^Ada the admin guest \d\d:\d\d$/),
  ])
  await close(guest)
}, 60_000)

test('a grant that is taken away ends the stream, and the page says why', async () => {
  const target = '/grants?subject=user:gus&pattern=hidden.plans'
  await close(await site.person('gus', 'lobby'))
  await site.call('PUT', target, { actions: ['read'] })
  const gus = await site.open('hidden.plans')
  await gus.signIn('gus', PASSWORD)
  await gus.until('live')
  await site.call('DELETE', target)
  await gus.page.getByText('You may not read this channel.').waitFor()
  expect(gus.complaints).toEqual([])
  await close(gus)
}, 60_000)
