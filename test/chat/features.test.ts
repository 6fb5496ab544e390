import { beforeAll, expect, test } from '@jest/globals'
import type { Browser, Locator } from 'playwright-core'
import type { Stack } from '../../stack/stack.ts'
import { ChatPage } from '../chatPage.ts'
import { waitFor } from '../support/waitFor.ts'
import { say } from './talk.ts'
import { openSite } from '../openSite.ts'
import { disposables } from '../support/disposables.ts'

const opened = disposables()
let stack: Stack
let browser: Browser

beforeAll(async () => {
  ;[stack, browser] = await openSite(opened)
}, 120_000)

const enter = (channel: string, name: string) =>
  ChatPage.enter(browser, { origin: stack.origin, channel, name })
const row = ({ page }: ChatPage, text: string): Locator =>
  page.locator('#messages .message', { hasText: text }).last()
const press = ({ page }: ChatPage, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).last().click()

test('Two people react, edit, reply in a thread and delete, and each sees what the other does', async () => {
  const [alice, bob] = [await enter('rooms.does', 'Alice'), await enter('rooms.does', 'Bob')]
  await alice.say('Helo')
  await bob.sees('Helo')
  await row(bob, 'Helo').hover()
  await press(bob, 'React with 👍')
  const reaction = row(alice, 'Helo').getByRole('button', { name: '👍 1' })
  await reaction.waitFor()
  expect(await reaction.getAttribute('title')).toBe('Bob')
  await reaction.click()
  await row(bob, 'Helo').getByRole('button', { name: '👍 2', pressed: true }).waitFor()

  await alice.page.getByLabel('Message', { exact: true }).press('ArrowUp')
  await alice.page.getByLabel('Edit the message').fill('Hello')
  await alice.page.keyboard.press('Enter')
  await row(bob, 'Hello').locator('.edited').waitFor({ state: 'attached' })

  await row(bob, 'Hello').hover()
  await press(bob, 'Reply in a thread')
  await bob.page.getByLabel('Reply', { exact: true }).fill('Hello too')
  await bob.page.keyboard.press('Enter')
  await alice.page.getByRole('button', { name: '1 reply' }).click()
  const thread = alice.page.getByRole('complementary', { name: 'Thread' })
  await thread.getByText('Hello too').waitFor()
  expect(await thread.locator('.text').allTextContents()).toEqual(['Hello', 'Hello too'])

  await alice.page.keyboard.press('Escape')
  await alice.page.locator('#messages .own', { hasText: 'Hello' }).first().hover()
  await press(alice, 'Delete')
  await alice.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await bob.page.getByText('This message was deleted.').first().waitFor()
  for (const chat of [alice, bob]) {
    expect(chat.complaints).toEqual([])
    await chat.page.context().close()
  }
}, 60_000)

test('Who types and who is here is seen by others, and goes away', async () => {
  const [alice, bob] = [await enter('rooms.here', 'Alice'), await enter('rooms.here', 'Bob')]
  await alice.page.getByRole('button', { name: 'People, 2 here now' }).waitFor()
  await alice.page.getByLabel('Message', { exact: true }).pressSequentially('typ')
  await bob.page.getByText('Alice is typing…').waitFor()
  await alice.page.keyboard.press('Enter')
  await bob.sees('typ')
  await waitFor(async () => (await bob.page.locator('#typing').textContent()) === '', 5)
  await alice.page.context().close()
  await bob.page.getByRole('button', { name: 'People, 1 here now' }).waitFor()
  expect(bob.complaints).toEqual([])
  await bob.page.context().close()
}, 60_000)

test('Names are completed by people and emoji, with the keyboard', async () => {
  await say(stack.origin, 'rooms.names', 'Zeynep Aslan', { text: 'Hi' })
  const alice = await enter('rooms.names', 'Alice')
  await alice.sees('Hi')
  const box = alice.page.getByLabel('Message', { exact: true })
  await box.pressSequentially('@zey')
  const person = alice.page.getByRole('option', { name: 'Zeynep Aslan' })
  await person.waitFor()
  expect(await person.getAttribute('aria-selected')).toBe('true')
  await alice.page.keyboard.press('Tab')
  await box.pressSequentially(':tada')
  await alice.page.getByRole('option', { name: ':tada:' }).waitFor()
  await alice.page.keyboard.press('Enter')
  expect(await box.inputValue()).toBe('@ZeynepAslan 🎉 ')
  await alice.page.keyboard.press('Enter')
  await alice.page.locator('.own .mention', { hasText: '@ZeynepAslan' }).waitFor()
  await alice.page.context().close()
}, 60_000)

test('A search leads to the message, also on another channel; so do its address and a day', async () => {
  const { origin } = stack
  const found = await say(origin, 'rooms.far', 'Bob', { text: 'the heron stands at the gate' })
  for (let n = 0; n < 120; n += 1) await say(origin, 'rooms.far', 'Bob', { text: `after ${n}.` })
  const alice = await enter('rooms.near', 'Alice')
  const target = alice.page.locator('.message.target', { hasText: 'heron' })
  await alice.page.keyboard.press('Control+Shift+F')
  const panel = alice.page.getByRole('complementary', { name: 'Search' })
  await waitFor(async () => {
    await panel.getByLabel('Search all messages').fill('heron')
    await panel.getByLabel('Search all messages').press('Enter')
    // A new message can be found after a moment.
    await alice.page.waitForTimeout(300)
    return (await panel.locator('.hit').count()) === 1
  }, 10)
  expect(await panel.locator('mark').textContent()).toBe('heron')
  await panel.getByRole('link').click()
  await target.waitFor()
  await alice.page.locator('.message.target:focus', { hasText: 'heron' }).waitFor()
  expect(alice.page.url()).toBe(`${origin}/#/rooms.far/${found.position}`)

  await press(alice, 'To the newest')
  await alice.sees('after 119.')
  await press(alice, 'More about this channel')
  await press(alice, 'Jump to a date')
  await alice.page.getByLabel('Date', { exact: true }).fill(new Date().toISOString().slice(0, 10))
  await alice.page.getByRole('button', { name: 'Jump', exact: true }).click()
  await target.waitFor()
  expect(alice.complaints).toEqual([])
  await alice.page.context().close()
}, 90_000)

test('What was read here is read on the person’s other device; what is new has a line', async () => {
  const { origin } = stack
  await say(origin, 'rooms.read', 'Bob', { text: 'one' })
  const alice = await enter('rooms.read', 'Alice')
  await alice.sees('one')
  const link = (page = alice.page) => page.locator('#channels a', { hasText: 'rooms.read' })
  await alice.page.goto(`${origin}/#/rooms.other`)
  await alice.page.getByText('Nothing has been said here yet.').waitFor()
  await say(origin, 'rooms.read', 'Bob', { text: 'two' })
  await link().getByText('1 unread').waitFor()
  await waitFor(async () => (await alice.page.title()) === '(1) rooms.other · Causeway')

  const storageState = await alice.page.context().storageState()
  const other = await (await browser.newContext({ storageState })).newPage()
  await other.goto(`${origin}/#/rooms.other`)
  await link(other).getByText('1 unread').waitFor()
  await link().click()
  const line = alice.page.locator('#messages .line.unread')
  await line.waitFor()
  expect(await line.evaluate((node) => node.nextElementSibling?.textContent)).toMatch(/two/)
  await link(other).getByText('1 unread').waitFor({ state: 'detached' })
  await other.context().close()
  await alice.page.context().close()
}, 90_000)
