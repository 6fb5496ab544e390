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

/** Waits until what was asked of a frame before has been done. */
const frame = () =>
  chat.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)))

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

test('and after a click too', async () => {
  await chat.page.locator('.message').hover()
  await chat.page.getByRole('button', { name: 'Reply in a thread' }).click()
  await press('O', 'k')
  expect(await chat.page.locator('#reply').inputValue()).toBe('Ok')
})

test('and a text behind a completed word: a late frame does not move the cursor', async () => {
  const box = chat.page.getByLabel('Message', { exact: true })
  await press(':', 't', 'a', 'd')
  await chat.page.getByRole('option', { name: ':tada:' }).waitFor()
  await press('Tab', 'o')
  await frame()
  await press('k')
  expect(await box.inputValue()).toBe('🎉 ok')
})

test('and a text behind an emoji from the list, which stands where the cursor was', async () => {
  const box = chat.page.getByLabel('Message', { exact: true })
  await press('a', 'b', 'ArrowLeft')
  await chat.page.getByRole('button', { name: 'Emoji', exact: true }).click()
  const list = chat.page.getByRole('dialog')
  await list.getByRole('button', { name: 'grinning', exact: true }).click()
  await list.waitFor({ state: 'hidden' })
  await frame()
  await press('o', 'k')
  expect(await box.inputValue()).toBe('a😀okb')
})

test('and a text behind an emoji that was searched for', async () => {
  await chat.page.getByRole('button', { name: 'Emoji', exact: true }).click()
  const search = chat.page.getByLabel('Search emoji')
  await search.fill('tada')
  await chat.page.getByRole('button', { name: 'tada', exact: true }).waitFor()
  await press('Enter', 'o', 'k')
  expect(await chat.page.getByLabel('Message', { exact: true }).inputValue()).toBe('🎉ok')
})

test('and a name that is written again: the one before does not come back', async () => {
  const name = chat.page.getByLabel('You are')
  await name.focus()
  await press('Z', 'o', 'e', 'Enter')
  await name.focus()
  await press('B', 'o')
  await frame()
  await press('b', 'Enter')
  await frame()
  expect(await name.inputValue()).toBe('Bob')
  await chat.page.getByLabel('Message', { exact: true }).focus()
  await press('y', 'Enter')
  await chat.page.locator('.own .name', { hasText: /^Bob$/ }).waitFor({ state: 'attached' })
})

test('and a key for a dialog, which opens with its key', async () => {
  const help = chat.page.getByRole('dialog')
  await press('Control+/')
  await help.waitFor()
  await press('Escape')
  await help.waitFor({ state: 'detached' })
  await press('Control+/', 'Escape', 'o', 'k')
  await frame()
  await frame()
  expect(await help.count()).toBe(0)
  expect(await chat.page.getByLabel('Message', { exact: true }).inputValue()).toBe('ok')
})

test('The emoji list takes the place of what is selected, and names are completed where the cursor went', async () => {
  const box = chat.page.getByLabel('Message', { exact: true })
  await press('a', 'b', 'Shift+ArrowLeft')
  await chat.page.getByRole('button', { name: 'Emoji', exact: true }).click()
  await chat.page.getByRole('dialog').getByRole('button', { name: 'grinning', exact: true }).click()
  await chat.page.getByRole('dialog').waitFor({ state: 'hidden' })
  expect(await box.inputValue()).toBe('a😀')
  await box.fill(':tad')
  const tada = chat.page.getByRole('option', { name: ':tada:' })
  await tada.waitFor()
  await press('Home')
  await tada.waitFor({ state: 'hidden' })
  await press('End')
  await tada.waitFor()
})
