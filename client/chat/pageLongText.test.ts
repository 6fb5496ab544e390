import { expect, test } from '@jest/globals'
import { ChatFixture } from './pageFixture.ts'
import { MAX_PARTS, MAX_UNITS } from './text/markdown.ts'

const chat = new ChatFixture()

async function enter(): Promise<void> {
  await chat.open()
  await chat.until('live')
}

const count = (selector: string): Promise<number> =>
  chat.page.locator(`#messages ${selector}`).count()
const characters = (): Promise<number> =>
  chat.page.locator('#messages').evaluate((list) => list.textContent.length)

/** A message has at most so many elements and characters beside its links and its text: name, time, button. */
const FRAME = 20
const FRAME_CHARACTERS = 100

test.each([
  ['many links', { text: 'http://a '.repeat(7_000) }],
  ['marks on one letter', { text: `a${'\u0336'.repeat(60_000)}` }],
  ['much other data', { list: 'x'.repeat(280_000) }],
])(
  'Fifty messages with %s cost a bounded number of nodes, and the next costs one row',
  async (_what, data) => {
    for (let number = 1; number <= 50; number += 1) chat.log.append('', { data })
    await enter()
    await chat.page.locator('.message').nth(49).waitFor()
    expect(await count('*')).toBeLessThanOrEqual(50 * (MAX_PARTS + FRAME))
    expect(await characters()).toBeLessThanOrEqual(50 * (MAX_UNITS + FRAME_CHARACTERS))
    expect(await count('.more')).toBe(50)
    await chat.page.locator('#messages').evaluate((list) => {
      new MutationObserver((changes) => {
        const changed = changes.flatMap((each) => [...each.addedNodes, ...each.removedNodes])
        list.dataset.changed = String(Number(list.dataset.changed ?? 0) + changed.length)
      }).observe(list, { childList: true, subtree: true })
    })
    chat.log.append('the next')
    await chat.page.locator('.text', { hasText: 'the next' }).waitFor()
    expect(await chat.page.locator('#messages').getAttribute('data-changed')).toBe('1')
  },
)

test('A long message has its height without its content, and the browser skips it far from the window', async () => {
  for (let number = 1; number <= 20; number += 1) chat.log.append('word '.repeat(2_000))
  await enter()
  await chat.page.locator('.long').nth(19).waitFor()
  const visible = await chat.page
    .locator('.long p')
    .evaluateAll((all) => all.map((each) => each.checkVisibility({ contentVisibilityAuto: true })))
  expect([visible.at(0), visible.at(-1)]).toEqual([false, true])
  const heights = await chat.page
    .locator('.long')
    .evaluateAll((all) => all.map((each) => each.getBoundingClientRect().height))
  expect(new Set(heights).size).toBe(1)
})

test('A reader gets the rest of a long message with one button, with its links', async () => {
  const text = `${'word '.repeat(1_000)}https://example.org/end`
  chat.log.append(text)
  chat.log.append('', { data: ['x'.repeat(5_000)] })
  await enter()
  const shown = chat.page.locator('.text')
  const { length } = (await shown.first().textContent()) ?? ''
  expect([length > MAX_UNITS - 10, length <= MAX_UNITS]).toEqual([true, true])
  await chat.page.getByRole('button', { name: 'Show all' }).first().click()
  await chat.page.getByRole('link', { name: 'https://example.org/end' }).waitFor()
  expect(await shown.first().textContent()).toBe(text)
  expect(await shown.first().locator('a').getAttribute('href')).toBe('https://example.org/end')
  await chat.page.getByRole('button', { name: 'Show all' }).click()
  await chat.page.locator('.more').waitFor({ state: 'detached' })
  expect(await shown.last().textContent()).toBe(JSON.stringify(['x'.repeat(5_000)]))
  expect(await count('.more')).toBe(0)
})
