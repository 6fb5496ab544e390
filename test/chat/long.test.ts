import { beforeAll, expect, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { writeChatFigures } from '../../bench/report/chatFigures.ts'
import { seed, seededChannel } from '../../stack/seed/seed.ts'
import type { Stack } from '../../stack/stack.ts'
import { ChatPage } from '../chatPage.ts'
import { testDatabase } from '../support/testDatabase.ts'
import { openSite } from '../openSite.ts'
import { disposables } from '../support/disposables.ts'

/** A channel of so many messages: `MESSAGES=100000` takes a minute or two. */
const MESSAGES = Number(process.env.MESSAGES ?? 5_000)
const LONG_FRAME_MS = 100
const MAX_NODES = 500
const MAX_HEAP_BYTES = 80_000_000

const opened = disposables()
let stack: Stack
let browser: Browser

beforeAll(async () => {
  const databaseUrl = await testDatabase()
  ;[stack, browser] = await openSite(opened, { databaseUrl })
  await seed({
    databaseUrl,
    messages: MESSAGES,
    channels: 1,
    days: 30,
    onProgress: () => undefined,
  })
}, 240_000)

interface Scrolled {
  nodes: number
  /** Of each frame, in milliseconds. */
  frames: number[]
}

async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize
}

function tableOf(nodes: number, heap: number, frames: readonly number[]): string[][] {
  const sorted = frames.toSorted((a, b) => a - b)
  const at = (share: number) => `${(sorted[Math.floor(share * sorted.length)] ?? 0).toFixed(0)} ms`
  const long = sorted.filter((ms) => ms > LONG_FRAME_MS).length
  return [
    [`${MESSAGES.toLocaleString('en-US')} messages, scrolled from end to start`, 'figure'],
    ['message nodes at most', String(nodes)],
    ['heap at the end', `${(heap / 1e6).toFixed(1)} MB`],
    [`half of the ${sorted.length.toLocaleString('en-US')} frames within`, at(0.5)],
    ['99 of 100 within', at(0.99)],
    ['the longest', `${(sorted.at(-1) ?? 0).toFixed(0)} ms`],
    [`longer than ${LONG_FRAME_MS} ms`, String(long)],
  ]
}

/** Scrolls until there is nothing more above, and tells of the most nodes and the frames. */
const SCROLL = `(async () => {
  const timeline = document.querySelector('#timeline')
  const frames = []
  let [nodes, last] = [0, performance.now()]
  while (document.querySelector('#older') !== null) {
    timeline.scrollTop = Math.max(0, timeline.scrollTop - 2000)
    await new Promise(requestAnimationFrame)
    const now = performance.now()
    frames.push(now - last)
    last = now
    nodes = Math.max(nodes, document.querySelectorAll('.message').length)
  }
  return { nodes, frames }
})()`

test('A long channel is scrolled from end to start with few nodes and little memory, and back to the end at once', async () => {
  const chat = await ChatPage.open(browser, `${stack.origin}/#/${seededChannel(1)}`)
  await chat.until('live')
  const { page } = chat
  await page.locator('.message').first().waitFor()
  const { nodes, frames } = await page.evaluate<Scrolled>(SCROLL)
  const heap = await heapOf(page)
  const table = tableOf(nodes, heap, frames)
  console.info(table.map((row) => row.join(': ')).join('\n'))
  if (process.env['UPDATE_FIGURES'] === '1')
    writeChatFigures('scrolling', table, `Chromium ${browser.version()}`)
  expect(nodes).toBeLessThanOrEqual(MAX_NODES)
  expect(heap).toBeLessThanOrEqual(MAX_HEAP_BYTES)
  expect(await page.locator('#older').count()).toBe(0)
  const first = await page.locator('.message').first().getAttribute('data-position')
  expect(first).toBe('1')
  await page.getByRole('button', { name: 'To the newest' }).click()
  await page.locator(`.message[data-position="${MESSAGES}"]`).waitFor()
  expect(chat.complaints).toEqual([])
  await page.context().close()
}, 600_000)
