import { expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { ChatFixture } from './pageFixture.ts'
import { waitFor } from '../../test/support/waitFor.ts'

const chat = new ChatFixture()

/** HTTP/1.1 gives a browser six connections for each origin. */
const MANY = 8

const live = (tab: Page): Promise<void> => tab.locator('#connection[data-state=live]').waitFor()
const sees = (tab: Page, text: string): Promise<void> =>
  tab.locator('.text', { hasText: text }).first().waitFor()
const texts = (tab: Page): Promise<string[]> => tab.locator('.message .text').allTextContents()

async function openTabs(count: number): Promise<Page[]> {
  await chat.open()
  await live(chat.page)
  const tabs = [chat.page]
  while (tabs.length < count) {
    const tab = await chat.page.context().newPage()
    // So many pages at once take a busy machine long.
    tab.setDefaultTimeout(30_000)
    await tab.goto(`${chat.server.base}#/lobby`)
    await live(tab)
    tabs.push(tab)
  }
  return tabs
}

test('More tabs than HTTP/1.1 has connections share one, and the last of them can send', async () => {
  const tabs = await openTabs(MANY)
  expect(chat.log.streams).toBe(1)
  const box = tabs.at(-1)?.getByLabel('Message', { exact: true })
  await box?.fill('from the last')
  await box?.press('Enter')
  for (const tab of tabs) await sees(tab, 'from the last')
  expect(await Promise.all(tabs.map(texts))).toEqual(tabs.map(() => ['from the last']))
}, 120_000)

test('When the tab with the connection is closed, the others miss nothing and see nothing twice', async () => {
  const [leader, ...others] = await openTabs(3)
  chat.log.append('one')
  for (const tab of others) await sees(tab, 'one')
  await leader?.close()
  chat.log.append('two')
  await waitFor(() => chat.log.streams === 1, 10)
  chat.log.append('three')
  for (const tab of others) await sees(tab, 'three')
  expect(await Promise.all(others.map(texts))).toEqual(others.map(() => ['one', 'two', 'three']))
}, 120_000)

test('A tab that changes to another channel hears it by the same connection', async () => {
  const [first, second] = await openTabs(2)
  await second?.goto(`${chat.server.base}#/other`)
  await second?.getByText('Nothing has been said here yet.').waitFor()
  await waitFor(() => chat.log.streams === 1, 10)
  chat.log.append('in the other', { channel: 'other', previous: 0 })
  if (second !== undefined) await sees(second, 'in the other')
  expect(first && (await texts(first))).toEqual([])
}, 120_000)
