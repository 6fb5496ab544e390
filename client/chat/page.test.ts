import { expect, test } from '@jest/globals'
import type { Locator } from 'playwright-core'
import { ChatFixture } from './pageFixture.ts'
import { waitFor } from '../../test/support/waitFor.ts'

const chat = new ChatFixture()

/** Opens the page and waits until it is live. */
async function enter(channel = 'lobby'): Promise<void> {
  await chat.open(channel)
  await chat.until('live')
}

const box = (): Locator => chat.page.getByLabel('Message', { exact: true })
const texts = (): Promise<string[]> => chat.page.locator('.message .text').allTextContents()
const shown = (selector: string, text: string | RegExp): Promise<void> =>
  chat.page.locator(selector, { hasText: text }).first().waitFor()

const at = (seconds: number) => `2026-11-21T19:33:0${seconds}.000Z`

test('A group of messages shows its sender once, with initial and colour, and each its time', async () => {
  chat.log.append('one', { sender: { id: 'zoe', name: '“zoë”' }, sentAt: at(1) })
  chat.log.append('two', { sender: { id: 'zoe', name: '“zoë”' }, sentAt: at(2) })
  chat.log.append('three', { sender: { id: 'bob', name: '★' }, sentAt: at(3) })
  await enter()
  await shown('.text', 'three')
  expect(await texts()).toEqual(['one', 'two', 'three'])
  expect(await chat.page.locator('.message .name').allTextContents()).toEqual(['“zoë”', '★'])
  expect(await chat.page.locator('.message .avatar').allTextContents()).toEqual(['Z', '·'])
  expect(await chat.page.locator('.message .avatar').first().getAttribute('aria-hidden')).toBe(
    'true',
  )
  expect(await chat.page.locator('.message .sender').first().getAttribute('title')).toBe('zoe')
  expect(await chat.page.locator('.message.first').count()).toBe(2)
  const time = chat.page.locator('time').first()
  expect(await time.getAttribute('datetime')).toBe(at(1))
  expect(await time.textContent()).toBe('19:33')
  expect(await time.getAttribute('title')).toMatch(/21 November 2026.*19:33:01/)
  const colours = await chat.page
    .locator('.message .name')
    .evaluateAll((names) => names.map((n) => n.className))
  expect(colours).toEqual(['name hue-7', 'name hue-4'])
  expect(await chat.page.locator('.own').count()).toBe(0)
})

test('The eight colours of senders differ', async () => {
  await enter()
  const colours = await chat.page.evaluate(() =>
    Array.from({ length: 8 }, (_, hue) => {
      const name = document.createElement('bdi')
      name.className = `name hue-${hue}`
      document.body.append(name)
      return getComputedStyle(name).color
    }),
  )
  expect(new Set(colours).size).toBe(8)
})

test('Links open in another tab, other data is shown as code, and days and gaps have lines', async () => {
  chat.log.append('see https://example.org/a.', { sentAt: '2020-11-21T12:00:00.000Z' })
  chat.log.append('', { data: { level: 7 }, sentAt: '2020-11-21T12:01:00.000Z' })
  await enter()
  const link = chat.page.locator('.text a')
  expect(await link.textContent()).toBe('https://example.org/a')
  for (const [name, value] of [
    ['href', 'https://example.org/a'],
    ['target', '_blank'],
    ['rel', 'noopener noreferrer'],
  ] as const) {
    expect(await link.getAttribute(name)).toBe(value)
  }
  expect(await chat.page.locator('.text code').textContent()).toBe('{"level":7}')
  expect(await chat.page.locator('.day').textContent()).toMatch(/^Saturday,? 21 November 2020$/)
  chat.log.send('gap', { channel: 'lobby', after: 2, before: 5, reason: 'retention' })
  await shown('.gap', 'Older messages are no longer kept')
})

test('Enter sends the text once without the space behind it, and empties the box; Shift+Enter begins a line', async () => {
  await enter()
  expect(await box().getAttribute('placeholder')).toBe('Message #lobby')
  expect(await box().evaluate((node) => node === document.activeElement)).toBe(true)
  const height = async () => (await box().boundingBox())?.height ?? 0
  const before = await height()
  await chat.page.keyboard.type('  hello')
  await chat.page.keyboard.press('Shift+Enter')
  await chat.page.keyboard.type('world ')
  expect(await height()).toBeGreaterThan(before)
  await chat.page.keyboard.press('Enter')
  await shown('.own:not(.pending) .text', 'world')
  expect(await texts()).toEqual(['  hello\nworld'])
  expect(await box().inputValue()).toBe('')
  expect(await height()).toBeLessThanOrEqual(before)
  expect(chat.log.posts.map(({ body }) => body)).toEqual([{ data: { text: '  hello\nworld' } }])
})

test('Enter sends nothing if there is only space, or while an input method composes a word', async () => {
  await enter()
  await box().fill(' \n ')
  await box().press('Enter')
  await box().fill('word')
  await box().evaluate((node) =>
    node.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true }),
    ),
  )
  expect(await box().inputValue()).toBe('word')
  await box().press('Enter')
  await shown('.own:not(.pending) .text', 'word')
  expect(chat.log.posts).toHaveLength(1)
})

test('The first message of an empty channel is shown while it is being sent', async () => {
  chat.log.refuse.post = 'hang'
  await enter()
  await shown('#empty', 'Say hello.')
  await box().fill('hello')
  await box().press('Enter')
  await shown('.own.pending', 'hello')
  expect(await chat.page.locator('#empty').isVisible()).toBe(false)
})

test('A message is shown as being sent, and stays in the box if too many are', async () => {
  chat.log.refuse.post = 'hang'
  await enter()
  for (let count = 1; count <= 51; count += 1) {
    await box().fill(`line ${count}`)
    await box().press('Enter')
  }
  expect(await box().inputValue()).toBe('line 51')
  await waitFor(async () => (await chat.page.locator('.own.pending').count()) === 50)
  expect(await chat.page.locator('.pending .time').first().textContent()).toBe('Sending…')
}, 90_000)

test('A message that is refused says so, and can be tried again or discarded', async () => {
  chat.log.refuse.post = { status: 413, type: 'too-large' }
  await enter()
  for (const text of ['one', 'two']) {
    await box().fill(text)
    await box().press('Enter')
    await shown('.own.failed', text)
  }
  const alert = chat.page.getByRole('alert').first()
  expect(await alert.textContent()).toBe('Not sent. This message is too long. Try again Discard')
  await chat.page.getByRole('button', { name: 'Discard' }).last().click()
  await chat.page.locator('.failed', { hasText: 'two' }).waitFor({ state: 'detached' })
  delete chat.log.refuse.post
  await chat.page.getByRole('button', { name: 'Try again' }).click()
  await shown('.own:not(.failed):not(.pending) .text', 'one')
  expect(await texts()).toEqual(['one'])
})

test('A name is taken with Enter, restored with Escape, and sent with the next message', async () => {
  await enter()
  const name = chat.page.getByLabel('You are')
  const guest = await name.inputValue()
  expect(guest).toMatch(/^Guest [0-9a-f]{4}$/)
  await name.fill('Nobody')
  await name.press('Escape')
  expect(await name.inputValue()).toBe(guest)
  await name.fill(' Zoë ')
  await name.press('Enter')
  await waitFor(async () => (await name.inputValue()) === 'Zoë')
  await name.focus()
  await chat.page.keyboard.type('Bob')
  await name.press('Enter')
  await box().fill('hi')
  await box().press('Enter')
  await chat.page.locator('.own .name', { hasText: 'Bob' }).first().waitFor({ state: 'attached' })
  await waitFor(() => chat.log.posts.length === 1)
  expect(chat.log.posts[0]?.headers['causeway-sender-name']).toBe('Bob')
  await chat.page.reload()
  await chat.page.locator('.own .name', { hasText: 'Bob' }).first().waitFor({ state: 'attached' })
  expect(await name.inputValue()).toBe('Bob')
})

test('Another channel is entered by its field or address, with its own title and messages', async () => {
  chat.log.append('old')
  await enter()
  await shown('.text', 'old')
  expect(await chat.page.title()).toBe('lobby · Causeway')
  chat.log.messages.length = 0
  const channel = chat.page.getByRole('searchbox', { name: 'Channel' })
  const heading = chat.page.getByRole('heading', { level: 1 })
  await channel.fill('#rooms berlin')
  await channel.press('Enter')
  await shown('#empty', 'Nothing has been said here yet.')
  expect([chat.page.url(), await heading.textContent(), await channel.inputValue()]).toEqual([
    `${chat.server.base}#/rooms-berlin`,
    '#rooms-berlin',
    '',
  ])
  expect([await chat.page.title(), await texts()]).toEqual(['rooms-berlin · Causeway', []])
  expect(await box().getAttribute('placeholder')).toBe('Message #rooms-berlin')
  const streams = chat.log.resumed.length
  await channel.fill(' rooms-berlin ')
  await channel.press('Enter')
  expect(await heading.textContent()).toBe('#rooms-berlin')
  expect(chat.log.resumed).toHaveLength(streams)
  await chat.page.goBack()
  await chat.page.waitForFunction(() => document.title === 'lobby · Causeway')
  expect(await heading.textContent()).toBe('#lobby')
})
