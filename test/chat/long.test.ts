import { beforeAll, expect, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { seed, seededChannel } from '../../stack/seed/seed.ts'
import type { Stack } from '../../stack/stack.ts'
import { ChatPage } from '../chatPage.ts'
import { testDatabase } from '../support/testDatabase.ts'
import { openSite } from '../openSite.ts'
import { disposables } from '../support/disposables.ts'

/** A channel of so many messages: `MESSAGES=100000` takes a minute or two. */
const MESSAGES = Number(process.env.MESSAGES ?? 5_000)
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
  /** In milliseconds. */
  longest: number
  frames: number
  /** Frames of more than 100 ms. */
  long: number
}

async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize
}

/** Scrolls until there is nothing more above, and tells of the most nodes and the frames. */
const SCROLL = `(async () => {
  const timeline = document.querySelector('#timeline')
  let [nodes, longest, frames, long, last] = [0, 0, 0, 0, performance.now()]
  while (document.querySelector('#older') !== null) {
    timeline.scrollTop = Math.max(0, timeline.scrollTop - 2000)
    await new Promise(requestAnimationFrame)
    const now = performance.now()
    longest = Math.max(longest, now - last)
    frames += 1
    if (now - last > 100) long += 1
    last = now
    nodes = Math.max(nodes, document.querySelectorAll('.message').length)
  }
  return { nodes, longest, frames, long }
})()`

test('A long channel is scrolled from end to start with few nodes and little memory, and back to the end at once', async () => {
  const chat = await ChatPage.open(browser, `${stack.origin}/#/${seededChannel(1)}`)
  await chat.until('live')
  const { page } = chat
  await page.locator('.message').first().waitFor()
  const { nodes, longest, frames, long } = await page.evaluate<Scrolled>(SCROLL)
  const heap = await heapOf(page)
  console.info(
    `${MESSAGES} messages: at most ${nodes} nodes, heap ${(heap / 1e6).toFixed(1)} MB, longest of ${frames} frames ${longest.toFixed(0)} ms, ${long} over 100 ms`,
  )
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
