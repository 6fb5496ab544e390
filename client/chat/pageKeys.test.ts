import { beforeEach, expect, test } from '@jest/globals'
import { ChatFixture } from './pageFixture.ts'

const chat = new ChatFixture()

/** From now on the page is as slow as a busy machine: what it draws in frames comes late. */
const slowFrames = () =>
  chat.page.evaluate(() => {
    const later = setTimeout
    window.requestAnimationFrame = (call) => Number(later(() => call(performance.now()), 1_000))
    Object.assign(window, {
      setTimeout: (call: () => void, ms = 0) => later(call, ms >= 100 ? 1_000 : ms),
    })
  })

const focused = () => chat.page.evaluate(() => document.activeElement?.ariaLabel)
const press = async (...keys: string[]) => {
  for (const key of keys) await chat.page.keyboard.press(key)
}

beforeEach(async () => {
  await chat.open()
  await chat.until('live')
  await press('H', 'i', 'Enter')
  await chat.page.locator('.own:not(.pending)').waitFor()
  await slowFrames()
})

test('Words that follow a key at once are for the box that the key opened: an edit', async () => {
  await press('ArrowUp', '!', 'Enter', 'N', 'o')
  await chat.page.locator('.was-edited', { hasText: 'Hi!' }).waitFor()
  expect(await chat.page.getByLabel('Message', { exact: true }).inputValue()).toBe('No')
})

test('and a reply', async () => {
  await chat.page.locator('.message').focus()
  await press('r', 'l', 'r')
  expect(await focused()).toBe('Reply')
  expect(await chat.page.locator('#reply').inputValue()).toBe('lr')
})

test('and a search', async () => {
  await press('Control+Shift+F', 'H', 'i')
  expect(await chat.page.getByLabel('Search all messages').inputValue()).toBe('Hi')
})
