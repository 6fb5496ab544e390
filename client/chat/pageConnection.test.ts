import { expect, test } from '@jest/globals'
import { ChatFixture } from './pageFixture.ts'
import { waitFor } from '../../test/support/waitFor.ts'

const chat = new ChatFixture()

test('The connection shows its state, and a countdown while it waits', async () => {
  await chat.open()
  await chat.until('live')
  expect(await chat.page.locator('#connection-label').textContent()).toBe('Connected')
  expect(await chat.page.locator('#connection-countdown').textContent()).toBe('')
  expect(await chat.page.locator('#connection').getAttribute('title')).toBe('Connected')
  chat.log.refuse.events = { status: 503, type: 'unavailable' }
  // The most that a wait can be, so that the countdown can be seen.
  await chat.page.evaluate('Math.random = () => 1')
  chat.server.cut()
  await chat.until('reconnecting')
  await chat.page.locator('#connection-countdown', { hasText: /^in \d+ s$/ }).waitFor()
  delete chat.log.refuse.events
  await chat.until('live')
  await chat.page.locator('#connection-countdown', { hasText: /^$/ }).waitFor({ state: 'attached' })
  await chat.page.context().setOffline(true)
  await chat.until('offline')
  await chat.page.context().setOffline(false)
  await chat.until('live')
})

test('A refused channel says why and disables the composer, and another one enables it', async () => {
  chat.log.refuse.history = { status: 400, type: 'invalid-channel' }
  await chat.open()
  await chat.until('refused')
  expect(await chat.page.locator('#connection-label').textContent()).toMatch(/^A channel name has/)
  const box = chat.page.getByLabel('Message', { exact: true })
  await waitFor(() => box.isDisabled())
  expect(await chat.page.locator('#empty').isVisible()).toBe(false)
  expect(await chat.page.locator('#older').isVisible()).toBe(false)
  expect(await chat.page.locator('#timeline').getAttribute('aria-busy')).toBe('true')
  delete chat.log.refuse.history
  await chat.page.goto(`${chat.server.base}#/other`)
  await chat.until('live')
  await waitFor(() => box.isEnabled())
  expect(await chat.page.locator('#timeline').getAttribute('aria-busy')).toBe('false')
})

test('A hidden page counts messages although it is at the bottom, until it is visible', async () => {
  await chat.open()
  await chat.until('live')
  const show = (hidden: boolean) =>
    chat.page.evaluate((isHidden) => {
      Object.defineProperty(document, 'hidden', { value: isHidden, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    }, hidden)
  await show(true)
  chat.log.append('new.')
  await waitFor(async () => (await chat.page.title()) === '(1) lobby · Causeway')
  await show(false)
  await waitFor(async () => (await chat.page.title()) === 'lobby · Causeway')
  expect(await chat.page.locator('#pill').isVisible()).toBe(false)
})
