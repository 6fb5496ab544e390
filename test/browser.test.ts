import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { readMetric } from '../stack/readMetric.ts'
import type { Stack } from '../stack/stack.ts'
import { ChatPage } from './chatPage.ts'
import { post as postTo } from './support/ingestClient.ts'
import { openSite } from './openSite.ts'
import { disposables } from './support/disposables.ts'

const opened = disposables()
let stack: Stack
let browser: Browser

beforeAll(async () => {
  ;[stack, browser] = await openSite(opened)
}, 120_000)

const enter = (channel: string, name: string) =>
  ChatPage.enter(browser, { origin: stack.origin, channel, name })

/** The open streams of each gateway, from its own metrics. */
async function streams(): Promise<number[]> {
  const gateways = stack.processes.filter(({ role }) => role === 'gateway')
  return Promise.all(
    gateways.map(({ metricsUrl }) => readMetric(metricsUrl, 'causeway_gateway_streams')),
  )
}

async function post(channel: string, sender: string, name: string, data: unknown): Promise<void> {
  const from = { 'Causeway-Sender': sender, 'Causeway-Sender-Name': encodeURIComponent(name) }
  expect((await postTo(stack.origin, channel, { data }, from)).status).toBe(201)
}

describe('two browsers', () => {
  test('two browsers chat through two different gateways, and a reload keeps the messages', async () => {
    const alice = await enter('rooms.two', 'Alice')
    const bob = await enter('rooms.two', 'Bob')
    expect(await streams()).toEqual([1, 1])

    await alice.say('Hello Bob')
    await bob.sees('Hello Bob')
    await bob.say('Hello Alice')
    await alice.sees('Hello Alice')
    expect(await alice.names()).toContain('Bob')
    expect(await bob.names()).toContain('Alice')

    await bob.page.reload()
    await bob.until('live')
    await bob.sees('Hello Alice')
    for (const chat of [alice, bob]) {
      expect(await chat.texts()).toEqual(['Hello Bob', 'Hello Alice'])
      expect(chat.complaints).toEqual([])
      expect(chat.failedRequests).toEqual([])
    }
    // The page knows its own messages after the reload: the browser kept the sender's id.
    expect(await bob.page.locator('.own .text').allTextContents()).toEqual(['Hello Alice'])
    await alice.page.context().close()
    await bob.page.context().close()
  }, 60_000)

  test('two browsers miss no message when a gateway is killed while they chat', async () => {
    const alice = await enter('rooms.killed', 'Alice')
    const bob = await enter('rooms.killed', 'Bob')
    expect(await streams()).toEqual([1, 1])
    const said: string[] = []
    const chat = async (from: number, to: number) => {
      for (let number = from; number < to; number += 1) {
        const text = `line ${number}.`
        said.push(text)
        await (number % 2 === 0 ? alice : bob).say(text)
      }
    }

    await chat(0, 6)
    const broken = Promise.any([alice.until('reconnecting'), bob.until('reconnecting')])
    stack.processes.find(({ role }) => role === 'gateway')?.kill('SIGKILL')
    await chat(6, 20)
    await broken
    await Promise.all([alice.until('live'), bob.until('live')])
    await chat(20, 24)

    for (const each of [alice, bob]) {
      await each.sees('line 23.')
      expect(await each.texts()).toEqual(said)
      expect(each.complaints).toEqual([])
      expect(each.failedRequests.filter((path) => path !== '/events')).toEqual([])
      await each.page.context().close()
    }
  }, 90_000)
})

describe('the page', () => {
  test('the page shows markup and writing direction as plain text', async () => {
    const name = '<b onclick="alert(1)">Mallory</b>'
    const texts = [
      '<img src=x onerror="document.title=\'broken in\'"> &amp; <script>alert(1)</script>',
      'turned \u202Eround',
      'javascript:alert(1) and https://example.org/?q="><b>',
      'W'.repeat(2_000),
    ]
    for (const text of texts) await post('rooms.markup', 'mallory', name, { text })
    await post('rooms.markup', 'pump', '__proto__', { level: 0.7, on: true })

    const chat = await enter('rooms.markup', 'Alice')
    await chat.sees('0.7')
    expect(await chat.texts()).toEqual([...texts, '{"level":0.7,"on":true}'])
    expect(await chat.names()).toEqual([name, '__proto__'])
    const inside = chat.page.locator('#messages')
    expect(await inside.locator('img, script, b').count()).toBe(0)
    expect(await inside.locator('bdi.name').first().textContent()).toBe(name)
    const links = await inside.locator('a').all()
    expect(await Promise.all(links.map((link) => link.getAttribute('href')))).toEqual([
      'https://example.org/?q=',
    ])
    expect(await links[0]?.getAttribute('rel')).toBe('noopener noreferrer')
    // An endless word must not make the page wider than the window.
    const widths = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
    expect(await chat.page.evaluate<number>(widths)).toBe(0)
    expect(chat.complaints).toEqual([])
    await chat.page.context().close()
  }, 60_000)

  test('the page loads earlier messages, page by page, when its reader scrolls up', async () => {
    const said = Array.from({ length: 120 }, (_, index) => `line ${index}.`)
    for (const text of said) await post('rooms.long', 'alice', 'Alice', { text })

    const chat = await enter('rooms.long', 'Bob')
    await chat.sees('line 119.')
    expect(await chat.texts()).toEqual(said.slice(-50))
    await chat.page.locator('#timeline').hover()
    await chat.page.mouse.wheel(0, -100_000)
    await chat.sees('line 20.')
    await chat.page.mouse.wheel(0, -100_000)
    await chat.sees('line 0.')
    expect(await chat.texts()).toEqual(said)

    // The reader is up in history: a new message is announced and does not scroll the page down.
    await post('rooms.long', 'alice', 'Alice', { text: 'and one more' })
    await chat.page.getByRole('button', { name: '1 new message' }).click()
    await chat.page.locator('.text', { hasText: 'and one more' }).waitFor()
    expect(chat.complaints).toEqual([])
    await chat.page.context().close()
  }, 60_000)

  test('the page explains that an address names no channel, and then opens one that does', async () => {
    const page = await (await browser.newContext()).newPage()
    await page.goto(`${stack.origin}/#/no%20channel`)
    await page.getByText('A channel name has letters').waitFor()
    expect(await page.getByLabel('Message', { exact: true }).isDisabled()).toBe(true)
    const channel = page.getByRole('searchbox', { name: 'Channel' })
    await channel.fill('#rooms.words')
    await channel.press('Enter')
    await page.getByText('Nothing has been said here yet.').waitFor()
    expect(page.url()).toBe(`${stack.origin}/#/rooms.words`)
    expect(await page.getByLabel('Message', { exact: true }).isEnabled()).toBe(true)
    await page.context().close()
  }, 60_000)

  test('the page shows people and devices in one timeline; UPDATE_SCREENSHOT=1 makes docs/chat.png of it', async () => {
    const talk: [sender: string, name: string, data: unknown][] = [
      ['bob', 'Bob Okafor', { text: 'Hello all! The tide is out, the causeway is open.' }],
      ['bob', 'Bob Okafor', { text: 'Timetable: https://example.org/tides' }],
      ['gauge-3', 'Tide gauge 3', { metres: 1.42, trend: 'falling' }],
      ['zeynep', 'Zeynep', { text: 'Crossing now with the van.\nTwo boxes for the lighthouse.' }],
      ['zeynep', 'Zeynep', { text: 'Anyone need bread?' }],
    ]
    for (const [sender, name, data] of talk) await post('lobby', sender, name, data)
    const chat = await enter('lobby', 'Alice')
    await chat.say('Yes please, one loaf. I will be at the gate.')
    await post('lobby', 'bob', 'Bob Okafor', { text: 'Two for me.' })
    await chat.sees('Two for me.')
    await chat.say('Then three. See you in ten minutes.')

    expect(await chat.texts()).toEqual([
      'Hello all! The tide is out, the causeway is open.',
      'Timetable: https://example.org/tides',
      '{"metres":1.42,"trend":"falling"}',
      'Crossing now with the van.\nTwo boxes for the lighthouse.',
      'Anyone need bread?',
      'Yes please, one loaf. I will be at the gate.',
      'Two for me.',
      'Then three. See you in ten minutes.',
    ])
    expect(chat.complaints).toEqual([])
    if (process.env.UPDATE_SCREENSHOT === '1') await chat.page.screenshot({ path: 'docs/chat.png' })
    await chat.page.context().close()
  }, 60_000)
})
