import { beforeAll, expect, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import type { Stack } from '../../stack/stack.ts'
import { ChatPage } from '../chatPage.ts'
import { violations } from './axe.ts'
import { say } from './talk.ts'
import { openSite } from '../openSite.ts'
import { disposables } from '../support/disposables.ts'

const opened = disposables()
let stack: Stack
let browser: Browser

beforeAll(async () => {
  ;[stack, browser] = await openSite(opened)
  const { origin } = stack
  const question = await say(origin, 'rooms.access', 'Zeynep', {
    text: '# Title\n**Bold** `code` [map](https://maps.example/x) @Alice :tada:\n\n> quoted\n\n- one\n- two',
  })
  await say(origin, 'rooms.access', 'Bob', {
    text: '```\ncode\n```\n| a | b |\n|---|---|\n| 1 | 2 |',
  })
  await say(origin, 'rooms.access', 'Gauge', { metres: 1.42 })
  await say(origin, 'rooms.access', 'عليّ', { text: 'مرحبا' })
  const about = { position: question.position }
  await say(origin, 'rooms.access', 'Bob', { text: 'yes' }, { about: { ...about, as: 'reply' } })
  await say(origin, 'rooms.access', 'Bob', '👍', { about: { ...about, as: 'reaction' } })
}, 120_000)

const enter = (channel: string) =>
  ChatPage.enter(browser, { origin: stack.origin, channel, name: 'Alice' })

/** What is open, and how it is opened. */
const STATES: [name: string, open: (page: Page) => Promise<void>][] = [
  ['the messages', async () => undefined],
  [
    'a message with its buttons',
    (page) => page.locator('.message', { hasText: 'Title' }).first().hover(),
  ],
  [
    'a thread',
    async (page) => {
      await page.getByRole('button', { name: '1 reply' }).click()
      await page.locator('.thread', { hasText: 'yes' }).waitFor()
    },
  ],
  [
    'a search',
    async (page) => {
      await page.keyboard.press('Control+Shift+F')
      await page.getByLabel('Search all messages').fill('quoted')
      await page.keyboard.press('Enter')
      await page.locator('.hit').first().waitFor()
    },
  ],
  ['the people', (page) => page.getByRole('button', { name: /^People/ }).click()],
  ['the help', (page) => page.keyboard.press('Control+/')],
  [
    'the emoji',
    async (page) => {
      await page.getByRole('button', { name: 'Emoji' }).last().click()
      await page.getByRole('button', { name: 'grinning', exact: true }).waitFor()
    },
  ],
  ['the menu', (page) => page.getByRole('button', { name: 'More about this channel' }).click()],
  ['a new channel', (page) => page.getByRole('button', { name: /^New channel/ }).click()],
  [
    'completions',
    async (page) => {
      await page.getByLabel('Message', { exact: true }).pressSequentially('@z')
      await page.getByRole('option').first().waitFor()
    },
  ],
]

test.each(['light', 'dark'] as const)(
  'In the %s, axe finds nothing wrong with any state of the chat',
  async (colorScheme) => {
    const { page, complaints } = await enter('rooms.access')
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const [name, open] of STATES) {
      await page.reload()
      await page.locator('#connection[data-state=live]').waitFor({ state: 'attached' })
      await page.locator('.message').first().waitFor()
      await open(page)
      expect({ name, violations: await violations(page) }).toEqual({ name, violations: [] })
    }
    expect(complaints).toEqual([])
    await page.context().close()
  },
  120_000,
)

test('The whole chat goes by the keyboard', async () => {
  const { origin } = stack
  const { page } = await ChatPage.open(browser, `${origin}/#/rooms.keys`)
  const { keyboard } = page
  const type = async (...keys: string[]) => {
    for (const key of keys) await keyboard.press(key)
  }
  await page.locator('#connection[data-state=live]').waitFor({ state: 'attached' })
  // It begins in the message box.
  await keyboard.type('Helo')
  await type('Enter')
  await page.locator('.own:not(.pending)', { hasText: 'Helo' }).waitFor()
  await type('ArrowUp', 'End', 'Backspace', 'l', 'o', 'Enter')
  await page.locator('.was-edited', { hasText: 'Hello' }).waitFor()
  // To the messages: a reaction, a thread, and back.
  await type('Shift+Tab')
  await page.locator('.message:focus').waitFor()
  await type('+')
  await page.getByLabel('Search emoji').fill('thumbs')
  await type('Enter')
  await page.getByRole('button', { name: '👍 1' }).waitFor()
  await page.locator('.message').focus()
  await type('r')
  await page.locator('#reply:focus').waitFor()
  await keyboard.type('A reply')
  await type('Enter')
  await page.getByRole('button', { name: '1 reply' }).waitFor()
  await type('Escape')
  await page.locator('#text:focus').waitFor()
  // A message is deleted.
  await type('Shift+Tab', 'Home', 'Delete')
  await page.getByRole('dialog', { name: 'Delete this message?' }).waitFor()
  // Past "Close" and "Keep it".
  await type('Tab', 'Tab', 'Enter')
  await page.getByText('This message was deleted.').waitFor()
  // Another channel, by its name, and back by the list.
  await type('Control+k')
  await keyboard.type('rooms.access')
  await type('Enter')
  await page.getByRole('heading', { level: 1, name: 'rooms.access' }).waitFor()
  await page.locator('#channels a', { hasText: 'rooms.keys' }).waitFor()
  await type('Alt+ArrowDown')
  await page.getByRole('heading', { level: 1, name: 'rooms.keys' }).waitFor()
  // The help, which gives the focus back.
  await type('Escape', 'Control+/')
  await page.getByRole('dialog', { name: 'Keyboard and text' }).waitFor()
  await type('Escape')
  await page.locator('#text:focus').waitFor()
  expect(await page.locator('dialog[open]').count()).toBe(0)
  await page.context().close()
}, 90_000)

test('At 320 px nothing is wider than the window, whatever the names, and all of it can be reached', async () => {
  const { origin } = stack
  const long = `rooms.${'W'.repeat(120)}`
  await say(origin, long, 'W'.repeat(64), { text: 'W'.repeat(3_000) })
  await say(origin, long, 'Bob', {
    text: `\`${'W'.repeat(500)}\` https://example.org/${'w'.repeat(900)}`,
  })
  const { page } = await ChatPage.open(browser, `${origin}/#/${long}`)
  await page.setViewportSize({ width: 320, height: 640 })
  await page.locator('.message').nth(1).waitFor()
  const excess = () =>
    page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
  expect(await excess()).toBe(0)
  await page.getByRole('button', { name: 'Show channels' }).click()
  await page.getByLabel('You are').fill('N'.repeat(64))
  await page.keyboard.press('Enter')
  expect(await excess()).toBe(0)
  await page.getByRole('button', { name: 'Hide channels' }).click({ position: { x: 310, y: 300 } })
  await page.getByRole('button', { name: /^People/ }).click()
  await page.getByRole('complementary', { name: 'People' }).waitFor()
  expect(await excess()).toBe(0)
  // Below 16 px, phones zoom in.
  const sizes = await page.evaluate<number[]>(
    `[...document.querySelectorAll('input, textarea')].map((each) => parseFloat(getComputedStyle(each).fontSize))`,
  )
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(16)
  await page.context().close()
}, 60_000)
