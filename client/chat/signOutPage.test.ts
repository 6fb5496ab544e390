import { expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { ChatFixture } from './pageFixture.ts'
import { waitFor } from '../../test/support/waitFor.ts'

const chat = new ChatFixture({ accounts: true })

const title = (page: Page): Promise<void> =>
  page.getByRole('heading', { name: 'Sign in' }).waitFor()
const live = (page: Page): Promise<void> => page.locator('#connection[data-state=live]').waitFor()
const press = (name: string): Promise<void> =>
  chat.page.getByRole('button', { name, exact: true }).click()

async function signIn(): Promise<void> {
  await chat.page.getByLabel('Name', { exact: true }).fill('alice')
  await chat.page.getByLabel('Password').fill('correct horse')
  await press('Sign in')
  await live(chat.page)
}

/** Another tab of the same browser. */
async function secondTab(): Promise<Page> {
  const page = await chat.page.context().newPage()
  await page.goto(chat.server.base)
  return page
}

test('Signing out ends the stream and clears the page, in every tab', async () => {
  chat.log.append('secret')
  await chat.open()
  await signIn()
  const second = await secondTab()
  await second.locator('.text', { hasText: 'secret' }).waitFor()
  // The tabs share it.
  expect(chat.log.streams).toBe(1)
  await chat.page.getByRole('button', { name: 'Account alice' }).click()
  await chat.page.getByText('user:alice').waitFor()
  await press('Sign out')
  for (const tab of [chat.page, second]) {
    await title(tab)
    await tab.getByText('You are signed out.').waitFor()
    expect(await tab.locator('#messages').count()).toBe(0)
    expect(await tab.getByRole('button', { name: 'Account' }).count()).toBe(0)
  }
  await waitFor(() => chat.log.streams === 0)
  expect(chat.account.calls).toContain('POST logout')
})

test('Signing out everywhere is another call, and a failed one says so', async () => {
  await chat.open()
  await signIn()
  chat.account.refuse['logout-everywhere'] = { status: 503, type: 'unavailable' }
  await chat.page.getByRole('button', { name: 'Account alice' }).click()
  await press('Sign out everywhere')
  const failed = 'You are not signed out. The service is busy right now.'
  await chat.page.getByRole('alert').filter({ hasText: failed }).waitFor()
  delete chat.account.refuse['logout-everywhere']
  await press('Sign out everywhere')
  await title(chat.page)
  // The title does not wait for them.
  await waitFor(() => chat.account.calls.at(-1) === 'GET methods')
  expect(chat.account.calls.slice(-2)).toEqual(['POST logout-everywhere', 'GET methods'])
})

test('A tab follows another tab that signs in', async () => {
  await chat.open()
  await title(chat.page)
  const second = await secondTab()
  await title(second)
  await signIn()
  await live(second)
  expect(chat.account.bodies).toHaveLength(1)
})
