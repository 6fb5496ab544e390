import { beforeEach, expect, test } from '@jest/globals'
import type { Locator } from 'playwright-core'
import { ChatFixture } from './pageFixture.ts'

const chat = new ChatFixture({ accounts: true })

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const OLD = '2026-11-20T09:00:00.000Z'
const session = (id: string, userAgent: string, current = false) => ({
  id,
  userAgent,
  current,
  createdAt: OLD,
  usedAt: OLD,
  provider: null as string | null,
})

const dialog = (): Locator => chat.page.getByRole('dialog', { name: 'Your account' })
const press = (name: string): Promise<void> =>
  chat.page.getByRole('button', { name, exact: true }).click()
const field = (label: string): Locator => chat.page.getByLabel(label, { exact: true })
const counted = (call: string): number => chat.account.calls.filter((each) => each === call).length

beforeEach(async () => {
  chat.account.sessions = [session('s1', 'Chrome/140', true), session('s2', FIREFOX)]
  await chat.open()
  await field('Name').fill('alice')
  await field('Password').fill('correct horse')
  await press('Sign in')
  await chat.until('live')
})

async function ask(): Promise<void> {
  await chat.page.getByRole('button', { name: 'Account alice' }).click()
  await press('Settings')
}

async function open(): Promise<void> {
  await ask()
  await dialog().getByRole('heading', { name: 'Where you are signed in' }).waitFor()
}

test('A person sees who they are and where they are signed in, and ends another session', async () => {
  await open()
  const rows = dialog().getByRole('list', { name: 'Sessions' }).getByRole('listitem')
  expect(await rows.locator('strong').allTextContents()).toEqual(['Chrome', 'Firefox on Linux'])
  expect(await rows.first().textContent()).toContain('This one')
  expect(await dialog().locator('.settings-name').textContent()).toBe('alice user:alice')
  await press('End Firefox on Linux')
  await chat.page.getByRole('status').filter({ hasText: 'The session has ended.' }).waitFor()
  expect(await rows.locator('strong').allTextContents()).toEqual(['Chrome'])
  expect(counted('DELETE sessions/s2')).toBe(1)
  expect(await dialog().evaluate((node) => node.contains(document.activeElement))).toBe(true)
})

test('The keyboard opens and closes the settings, and gets back to where it was', async () => {
  await chat.page.getByRole('button', { name: 'Account alice' }).focus()
  await chat.page.keyboard.press('Enter')
  await chat.page.keyboard.press('Tab')
  await chat.page.keyboard.press('Enter')
  await dialog().waitFor()
  await dialog().getByRole('button', { name: 'Change the password' }).waitFor()
  await chat.page.keyboard.press('Escape')
  await dialog().waitFor({ state: 'hidden' })
  // A browser tells that it has closed a dialog in a turn of its own.
  await chat.page.waitForFunction(() => document.querySelector('#settings') === null)
  expect(await chat.page.evaluate(() => document.activeElement?.id)).toBe('account')
})

test('Who signed in too long ago signs in again, and then what they wanted is done', async () => {
  await open()
  chat.account.refuse['sessions/s2'] = { status: 401, type: 'unauthenticated' }
  await press('End Firefox on Linux')
  await dialog().getByRole('heading', { name: 'Is it you?' }).waitFor()
  expect(await field('Password').evaluate((node) => node === document.activeElement)).toBe(true)
  await field('Password').fill('wrong')
  await press('Sign in again')
  await dialog().getByRole('alert').filter({ hasText: 'is wrong' }).waitFor()
  delete chat.account.refuse['sessions/s2']
  await field('Password').fill('correct horse')
  await press('Sign in again')
  await chat.page.getByRole('status').filter({ hasText: 'The session has ended.' }).waitFor()
  expect(chat.account.sessions.map(({ id }) => id)).toEqual(['s1'])
  expect(await dialog().getByRole('heading', { name: 'Is it you?' }).count()).toBe(0)
})

test('A new password asks for the old one, and says what is wrong', async () => {
  await open()
  const fields = chat.page.locator('#password-form input')
  const filled = await fields.evaluateAll((all) =>
    all.map((each) => each.getAttribute('autocomplete')),
  )
  expect(filled).toEqual(['current-password', 'new-password'])
  chat.account.refuse['password'] = { status: 403, type: 'forbidden' }
  await field('Old password').fill('a guess')
  await field('New password').fill('staple battery')
  await press('Change the password')
  await dialog().getByText('The old password is wrong.').waitFor()
  delete chat.account.refuse['password']
  await press('Change the password')
  await dialog().getByText('Your password is changed.').waitFor()
  expect(chat.account.bodies.at(-1)).toEqual({
    password: 'a guess',
    newPassword: 'staple battery',
  })
  expect(await field('Old password').inputValue()).toBe('')
})

test('A person of a provider has no password here, and may sign out there too', async () => {
  chat.account.methods.providers = [{ id: 'corp', name: 'Corp' }]
  chat.account.sessions = [{ ...session('s1', 'Chrome/140', true), provider: 'corp' }]
  await open()
  expect(await dialog().getByRole('heading', { name: 'Password' }).count()).toBe(0)
  await chat.page.route('**/account/logout/corp', (route) =>
    route.fulfill({ contentType: 'text/html', body: 'the provider says goodbye' }),
  )
  await press('Sign out here and at Corp')
  await chat.page.getByText('the provider says goodbye').waitFor()
  expect(counted('POST logout')).toBe(1)
})

test('Signing out in another tab closes the settings', async () => {
  await open()
  const second = await chat.page.context().newPage()
  await second.goto(chat.server.base)
  await second.getByRole('button', { name: 'Account alice' }).click()
  await second.getByRole('button', { name: 'Sign out', exact: true }).click()
  await chat.page.getByText('You are signed out.').waitFor()
  expect(await dialog().count()).toBe(0)
})

test('Settings that cannot be read say so', async () => {
  chat.account.refuse['sessions'] = { status: 503, type: 'unavailable' }
  await ask()
  await dialog().getByText('The service is busy right now.').waitFor()
  expect(await dialog().getByRole('heading').allTextContents()).toEqual(['Your account'])
})
