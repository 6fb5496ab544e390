import { expect, test } from '@jest/globals'
import type { Locator } from 'playwright-core'
import { ChatFixture } from './pageFixture.ts'
import { waitFor } from '../../test/support/waitFor.ts'

/** What people report of chats like this one: each kind of fault has a test. */
const chat = new ChatFixture()

const box = (): Locator => chat.page.getByLabel('Message', { exact: true })
const sees = (text: string): Promise<void> =>
  chat.page.locator('.text', { hasText: text }).first().waitFor()
const hide = (hidden: boolean): Promise<void> =>
  chat.page.evaluate((isHidden) => {
    Object.defineProperty(document, 'hidden', { value: isHidden, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }, hidden)

async function enter(channel = 'lobby'): Promise<void> {
  await chat.open(channel)
  await chat.until('live')
}

/** Safari's order: the word is complete, and the old key code alone tells what the key was for. */
const press = (field: Locator): Promise<boolean> =>
  field.evaluate((node) =>
    node.dispatchEvent(
      new KeyboardEvent('keydown', {
        key: 'Enter',
        keyCode: 229,
        bubbles: true,
        cancelable: true,
      }),
    ),
  )

test('Safari’s Enter that accepts a word of an input method sends nothing, in no box', async () => {
  await enter()
  await box().fill('日本')
  await press(box())
  const name = chat.page.getByLabel('You are')
  await name.fill('日本')
  await press(name)
  expect(await name.evaluate((node) => node === document.activeElement)).toBe(true)
  expect([await box().inputValue(), chat.log.posts.length]).toEqual(['日本', 0])
})

test('Each channel has its draft, however one comes to another one, and a reload keeps it', async () => {
  await enter('drafta')
  await box().fill('secret')
  await chat.page.goto(`${chat.server.base}#/draftb`)
  await chat.page.getByPlaceholder('Message #draftb').waitFor()
  expect(await box().inputValue()).toBe('')
  await box().fill('other')
  await chat.page.goBack()
  await chat.page.getByPlaceholder('Message #drafta').waitFor()
  expect(await box().inputValue()).toBe('secret')
  await chat.page.getByLabel('Channel', { exact: true }).fill('#draftb')
  await chat.page.keyboard.press('Enter')
  await chat.page.getByPlaceholder('Message #draftb').waitFor()
  expect(await box().inputValue()).toBe('other')
  await chat.page.reload()
  await chat.page.getByPlaceholder('Message #draftb').waitFor()
  expect(await box().inputValue()).toBe('other')
  expect(chat.log.posts).toEqual([])
})

test('Pasted code keeps its indentation, in the message and on the page', async () => {
  await enter()
  const code = '    indented\n      more'
  await box().fill(code)
  await box().press('Enter')
  await sees('more')
  expect(chat.log.posts[0]?.body).toEqual({ data: { text: code } })
  expect(await chat.page.locator('.own .text').textContent()).toBe(code)
})

test('A hidden page keeps no more messages than a visible one, and its title counts', async () => {
  await enter()
  await hide(true)
  for (let number = 1; number <= 500; number += 1) chat.log.append(`line ${number}.`)
  await waitFor(async () => (await chat.page.title()) === '(500) lobby · Causeway', 20)
  expect(await chat.page.locator('.message').count()).toBeLessThanOrEqual(200)
  await hide(false)
  await waitFor(async () => (await chat.page.title()) === 'lobby · Causeway')
  await sees('line 500.')
})

test('A connection that waits can be tried now; then the page tells what was missed', async () => {
  await enter()
  chat.log.refuse.events = { status: 503, type: 'unavailable' }
  await chat.page.evaluate('Math.random = () => 1')
  chat.server.cut()
  const now = chat.page.getByRole('button', { name: 'Try now' })
  await now.waitFor()
  await chat.page.locator('#connection-reason', { hasText: 'busy or away' }).waitFor()
  chat.log.append('missed.')
  delete chat.log.refuse.events
  // The wait grows with each failure; by now it is seconds long.
  await now.click()
  await chat.until('live')
  await sees('missed.')
  await chat.page.getByText('The message that you missed is here.').waitFor()
  expect(await chat.page.locator('#connection').getAttribute('title')).toBe('Connected')
})

test('Back and forward: what was written stays, and what was missed comes', async () => {
  await enter()
  await box().fill('half a thou')
  await chat.page.goto('about:blank')
  chat.log.append('meanwhile.')
  await chat.page.goBack()
  await chat.until('live')
  await sees('meanwhile.')
  expect(await box().inputValue()).toBe('half a thou')
})

test('A message written offline is sent once the network is back', async () => {
  await enter()
  await chat.page.context().setOffline(true)
  await chat.until('offline')
  for (const text of ['one', 'two']) {
    await box().fill(text)
    await box().press('Enter')
    await chat.page.locator('.own.pending', { hasText: text }).waitFor()
  }
  await chat.page.context().setOffline(false)
  await chat.page.locator('.own:not(.pending)', { hasText: 'two' }).waitFor({ timeout: 20_000 })
  expect(chat.log.messages.map(({ data }) => data)).toEqual([{ text: 'one' }, { text: 'two' }])
})

test('A browser that denies storage chats all the same', async () => {
  await chat.open()
  await chat.page.addInitScript(() => {
    for (const name of ['localStorage', 'sessionStorage']) {
      Object.defineProperty(window, name, {
        get: () => {
          throw new DOMException('denied', 'SecurityError')
        },
      })
    }
    navigator.locks.request = () => Promise.reject(new DOMException('denied', 'SecurityError'))
  })
  await chat.page.reload()
  await chat.until('live')
  await box().fill('hello')
  await box().press('Enter')
  await chat.page.locator('.own:not(.pending)', { hasText: 'hello' }).waitFor()
  expect(chat.log.posts).toHaveLength(1)
})
