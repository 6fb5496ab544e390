import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { ROOT } from '../../stack/root.ts'
import type { Stack } from '../../stack/stack.ts'
import { launchChromium } from '../chatPage.ts'
import { post } from '../support/ingestClient.ts'
import { testStack } from '../support/testStack.ts'

let stack: Stack
let secured: Stack
let browser: Browser

beforeAll(async () => {
  ;[stack, secured, browser] = await Promise.all([
    testStack({ gateways: 1, bridges: 1 }),
    testStack({ auth: 'required', gateways: 1, bridges: 1 }),
    launchChromium(),
  ])
  await conversation()
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await Promise.all([stack?.stop(), secured?.stop()])
}, 60_000)

const PEOPLE = { ada: 'Ada Lovelace', grace: 'Grace Hopper', alan: 'Alan Turing' }

async function say(who: keyof typeof PEOPLE, text: string, about?: object, channel = 'harbour') {
  const name = encodeURIComponent(PEOPLE[who])
  const headers = { 'Causeway-Sender': who, 'Causeway-Sender-Name': name }
  const data =
    typeof about === 'object' && 'as' in about && about.as === 'reaction' ? text : { text }
  const answer = await post(stack.origin, channel, { data, ...(about && { about }) }, headers)
  const { position }: { position: number } = JSON.parse(await answer.text())
  return position
}

async function conversation(): Promise<void> {
  await say('grace', 'Good morning! The tide is out until **11:20**.')
  const plan = await say('ada', 'Then we can walk over. What do we take along?')
  await say('alan', '- a map\n- the tide table\n- `rope`, 20 m')
  await say('alan', '```js\nconst safe = tide.at(now) < 1.2\n```')
  await say('grace', 'I bring tea :tea:', { position: plan, as: 'reply' })
  await say('alan', 'And I the sandwiches', { position: plan, as: 'reply' })
  await say('ada', '👍', { position: plan, as: 'reaction' })
  await say('grace', '👍', { position: plan, as: 'reaction' })
  await say('grace', 'See https://en.wikipedia.org/wiki/Causeway for what we stand on.')
  await say('ada', 'Anyone for a swim?', undefined, 'rooms.north')
  await say('grace', 'The ferry is late', undefined, 'rooms.ferry')
}

interface Look {
  width?: number
  height?: number
  dark?: boolean
  origin?: string
}

/** The page with this look, on the channel. */
async function open({
  width = 1_180,
  height = 760,
  dark = false,
  origin = stack.origin,
}: Look = {}): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    locale: 'en-GB',
    timezoneId: 'UTC',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  await page.goto(`${origin}/#/harbour`)
  return page
}

const live = (page: Page) =>
  page.locator('#connection[data-state=live]').waitFor({ state: 'attached' })
const tide = (page: Page) => page.locator('.text', { hasText: 'what we stand on' }).waitFor()

/** Takes the picture, which `UPDATE_SCREENSHOT=1` keeps for docs/chat.md, and resolves to how much wider than the page its content is. */
async function shoot(page: Page, name: string): Promise<number> {
  const wider = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
  const path = join(ROOT, `docs/chat-${name}.png`)
  await page.screenshot(process.env['UPDATE_SCREENSHOT'] === '1' ? { path } : {})
  await page.context().close()
  return wider
}

test.each([
  ['light', {}],
  ['dark', { dark: true }],
  ['phone', { width: 390, height: 780 }],
  ['narrow', { width: 320, height: 640, dark: true }],
])(
  'The chat is shown: %s',
  async (name, look) => {
    const page = await open(look)
    await live(page)
    await tide(page)
    expect(await shoot(page, name)).toBeLessThanOrEqual(0)
  },
  90_000,
)

test('A thread is shown beside the channel', async () => {
  const page = await open()
  await tide(page)
  await page
    .getByRole('button', { name: /2 replies/ })
    .first()
    .click()
  await page.locator('aside .text', { hasText: 'sandwiches' }).waitFor()
  expect(await shoot(page, 'thread')).toBeLessThanOrEqual(0)
}, 90_000)

test('A search is shown with what was found', async () => {
  const page = await open()
  await tide(page)
  await page.getByRole('button', { name: 'Search messages' }).first().click()
  await page.getByLabel('Search all messages').fill('tide')
  await page.keyboard.press('Enter')
  await page.locator('mark').first().waitFor()
  expect(await shoot(page, 'search')).toBeLessThanOrEqual(0)
}, 90_000)

test('Without a network a bar says so in words', async () => {
  const page = await open()
  await tide(page)
  await live(page)
  await page.context().setOffline(true)
  await page.locator('#connection:not([data-state=live])').waitFor()
  expect(await shoot(page, 'offline')).toBeLessThanOrEqual(0)
}, 90_000)

test('A sign-in is asked for', async () => {
  const page = await open({ origin: secured.origin })
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  expect(await shoot(page, 'sign-in')).toBeLessThanOrEqual(0)
}, 90_000)

// The last one, because it adds to the channel.
test('What came since the last visit stands below a line', async () => {
  const page = await open()
  await tide(page)
  await live(page)
  const link = page.locator('#channels a', { hasText: 'harbour' })
  await page.goto(`${stack.origin}/#/rooms.north`)
  await page.locator('.text', { hasText: 'for a swim' }).waitFor()
  await say('grace', 'I can see the first stones.')
  await say('alan', 'Then let us go :walking:')
  await link.getByText('2 unread').waitFor()
  await link.click()
  await page.locator('#messages .line.unread').waitFor()
  expect(await shoot(page, 'unread')).toBeLessThanOrEqual(0)
}, 90_000)
