import { beforeAll, expect, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { writeChatFigures } from '../../bench/report/chatFigures.ts'
import type { Stack } from '../../stack/stack.ts'
import { ChatPage } from '../chatPage.ts'
import { say } from './talk.ts'
import { openSite } from '../openSite.ts'
import { disposables } from '../support/disposables.ts'

const MAX_FIRST_LOAD_BYTES = 120_000
const MESSAGES = 100

const opened = disposables()
let stack: Stack
let browser: Browser

beforeAll(async () => {
  ;[stack, browser] = await openSite(opened, { gateways: 1, bridges: 1 })
  for (let n = 0; n < MESSAGES; n += 1) {
    await say(stack.origin, 'figures', 'Bob', { text: `**${n}** a line with \`code\`` })
  }
}, 120_000)

interface Figures {
  firstPaint: number
  files: number
  bytes: number
  /** A text with an emoji by its name loads the list of all names. */
  withEmoji: boolean
  /** Of each interaction, in milliseconds, in steps of 8. */
  interactions: number[]
}

/** From before the page's own scripts on: what browsers tell of a page for Web Vitals. */
const WATCH = `{
  const longest = new Map()
  window.interactions = longest
  new PerformanceObserver((list) => {
    for (const { interactionId, duration } of list.getEntries()) {
      if (interactionId > 0) longest.set(interactionId, Math.max(longest.get(interactionId) ?? 0, duration))
    }
  }).observe({ type: 'event', durationThreshold: 16, buffered: true })
}`

/** Until the page is in use, what was loaded is what the first screen needs. */
const LOADED = `(() => {
  const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  const files = entries.filter(({ name }) => /\\/(assets\\/[^/]*|)$|icon\\.svg$/.test(new URL(name).pathname))
  return {
    firstPaint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
    files: files.length,
    withEmoji: files.some(({ name }) => name.includes('emojiList')),
    bytes: files.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
  }
})()`

/** What people do most: they write, react, open a thread, look for emoji, search and change the channel. */
async function use(page: Page): Promise<void> {
  const { keyboard } = page
  await page.getByLabel('Message', { exact: true }).click()
  await keyboard.type('Hello @bo', { delay: 20 })
  await page.getByRole('option').first().waitFor()
  await keyboard.press('Tab')
  await keyboard.press('Enter')
  await page.locator('.own:not(.pending)', { hasText: 'Hello' }).waitFor()
  await page.locator('#messages .message', { hasText: 'Hello' }).last().hover()
  await page.getByRole('button', { name: 'React with 👍' }).last().click()
  await page.getByRole('button', { name: 'Reply in a thread' }).last().click()
  await page.locator('#reply:focus').waitFor()
  await keyboard.press('Escape')
  await page.getByRole('button', { name: 'Emoji' }).last().click()
  await page.getByRole('button', { name: 'grinning', exact: true }).waitFor()
  await keyboard.press('Escape')
  await page.getByRole('button', { name: 'Search messages' }).first().click()
  await page.getByLabel('Search all messages').waitFor()
  await keyboard.press('Escape')
  await keyboard.press('Control+k')
  await keyboard.type('elsewhere', { delay: 20 })
  await keyboard.press('Enter')
  await page.getByText('Nothing has been said here yet.').waitFor()
}

test('The first load is small as it comes through nginx; the times of paint and of interactions are told', async () => {
  const chat = await ChatPage.open(browser, 'about:blank')
  const { page } = chat
  await page.addInitScript(WATCH)
  await page.goto(`${stack.origin}/#/figures`)
  await chat.until('live')
  await page.locator('.message').nth(10).waitFor()
  const loaded = await page.evaluate<Omit<Figures, 'interactions'>>(LOADED)
  await use(page)
  await page.waitForTimeout(200)
  const interactions = await page.evaluate<number[]>('[...interactions.values()]')
  const { firstPaint, files, bytes, withEmoji } = loaded
  const longest = Math.max(0, ...interactions)
  console.info(
    `first contentful paint ${firstPaint.toFixed(0)} ms; first load ${files} files, ${bytes} bytes; ` +
      `longest of ${interactions.length} interactions above 16 ms (interaction to next paint) ${longest} ms`,
  )
  if (process.env['UPDATE_FIGURES'] === '1') {
    const [load, limit] = [bytes, MAX_FIRST_LOAD_BYTES].map((each) => each.toLocaleString('en-US'))
    const table = [
      ['what', 'figure'],
      ['first contentful paint', `${firstPaint.toFixed(0)} ms`],
      [
        `interaction to next paint: the longest of ${interactions.length} interactions above 16 ms`,
        `${longest} ms`,
      ],
      [
        `first load through nginx, ${withEmoji ? 'with' : 'without'} the names of all emoji`,
        `${files} files, ${load} bytes; the limit is ${limit}`,
      ],
    ]
    writeChatFigures('load', table, `Chromium ${browser.version()}`)
  }
  expect(files).toBeGreaterThanOrEqual(3)
  expect(bytes).toBeLessThanOrEqual(MAX_FIRST_LOAD_BYTES)
  expect(firstPaint).toBeGreaterThan(0)
  expect(chat.complaints).toEqual([])
  await page.context().close()
}, 90_000)
