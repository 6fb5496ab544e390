import { expect, test } from '@jest/globals'
import { ChatFixture } from './pageFixture.ts'
import { waitFor } from '../../test/support/waitFor.ts'

const chat = new ChatFixture()

const fill = (count: number): void => {
  for (let line = 1; line <= count; line += 1) chat.log.append(`line ${line}.`)
}
const sees = (text: string): Promise<void> =>
  chat.page.locator('.text', { hasText: text }).first().waitFor()
/** Scrolls, some pixels off the top or the bottom; resolves when the page has seen it. */
const scrollTo = (place: 'top' | 'middle' | 'bottom', off = 0): Promise<void> =>
  chat.page.locator('#timeline').evaluate(
    async (node, [where, px]) => {
      const end = node.scrollHeight - node.clientHeight
      node.scrollTop = { top: px, middle: end / 2, bottom: end - px }[where]
      for (let frames = 0; frames < 2; frames += 1) await new Promise(requestAnimationFrame)
    },
    [place, off] as const,
  )
const fromBottom = (): Promise<number> =>
  chat.page
    .locator('#timeline')
    .evaluate((node) => node.scrollHeight - node.scrollTop - node.clientHeight)

test('A reader at the bottom follows new messages, which are not counted', async () => {
  fill(50)
  await chat.open()
  await sees('line 50.')
  expect(await fromBottom()).toBeLessThan(2)
  await chat.until('live')
  chat.log.append('new.')
  await sees('new.')
  expect(await fromBottom()).toBeLessThan(2)
  expect([await chat.page.title(), await chat.page.locator('#pill').isVisible()]).toEqual([
    'lobby · Causeway',
    false,
  ])
  await chat.page.setViewportSize({ width: 900, height: 400 })
  await waitFor(async () => (await fromBottom()) < 2)
})

test('A reader above the bottom is held still, and told how many messages are new', async () => {
  fill(50)
  await chat.open()
  await sees('line 50.')
  await chat.until('live')
  await scrollTo('middle')
  const line = chat.page.locator('.message', { hasText: 'line 30.' })
  const before = await line.boundingBox()
  chat.log.append('new one.')
  const pill = chat.page.locator('#pill')
  await chat.page.locator('#pill', { hasText: '1 new message ' }).waitFor()
  expect(await pill.textContent()).toBe('1 new message ')
  chat.log.append('new two.')
  await chat.page.locator('#pill', { hasText: '2 new messages ' }).waitFor()
  expect(await chat.page.title()).toBe('(2) lobby · Causeway')
  expect(await line.boundingBox()).toEqual(before)
  await pill.click()
  await pill.waitFor({ state: 'hidden' })
  expect([await chat.page.title(), (await fromBottom()) < 2]).toEqual(['lobby · Causeway', true])
  await scrollTo('middle')
  chat.log.append('new three.')
  await chat.page.locator('#pill', { hasText: '1 new message ' }).waitFor()
  await scrollTo('bottom')
  await pill.waitFor({ state: 'hidden' })
})

test('A reader follows from within less than a line of the bottom, and not from a line above it', async () => {
  fill(50)
  await chat.open()
  await sees('line 50.')
  await chat.until('live')
  await scrollTo('bottom', 20)
  chat.log.append('new one.')
  await sees('new one.')
  await waitFor(async () => (await fromBottom()) < 2)
  await scrollTo('bottom', 30)
  chat.log.append('new two.')
  await chat.page.locator('#pill', { hasText: '1 new message ' }).waitFor()
  expect(await fromBottom()).toBeGreaterThan(20)
})

test('Older messages are requested before the reader is at the top, once while they load', async () => {
  fill(60)
  await chat.open()
  await sees('line 60.')
  chat.log.refuse.history = 'hang'
  const { pages } = chat.log
  await scrollTo('top', 420)
  expect(chat.log.pages).toBe(pages)
  await scrollTo('top', 380)
  await waitFor(() => chat.log.pages === pages + 1)
  await scrollTo('top')
  const older = chat.page.locator('#older')
  await waitFor(() => older.isDisabled())
  expect(await chat.page.locator('#timeline').getAttribute('aria-busy')).toBe('true')
  expect(chat.log.pages).toBe(pages + 1)
})

test('A message of one’s own is not counted, and brings the reader down', async () => {
  fill(50)
  await chat.open()
  await sees('line 50.')
  await chat.until('live')
  await scrollTo('middle')
  await chat.page.getByLabel('Message', { exact: true }).fill('mine.')
  await chat.page.getByLabel('Message', { exact: true }).press('Enter')
  await chat.page.locator('.own:not(.pending)', { hasText: 'mine.' }).waitFor()
  await waitFor(async () => (await fromBottom()) < 2)
  expect(await chat.page.locator('#pill').isVisible()).toBe(false)
})

test('Older messages load near the top, above a reader who stays at their place', async () => {
  fill(120)
  await chat.open()
  await sees('line 120.')
  expect(await chat.page.locator('.message').count()).toBe(50)
  const older = chat.page.locator('#older')
  expect([await older.isVisible(), await older.isEnabled()]).toEqual([true, true])
  await scrollTo('top')
  await sees('line 21.')
  const line = chat.page.locator('.message', { hasText: 'line 71.' })
  const { y = 9_999 } = (await line.boundingBox()) ?? {}
  expect(Math.abs(y)).toBeLessThan(300)
  await scrollTo('top')
  await sees('line 1.')
  expect(await chat.page.locator('.message').count()).toBe(120)
  await older.waitFor({ state: 'hidden' })
})

test('A page of older messages is drawn in slices, a frame for each, while every row on the screen stands still', async () => {
  fill(120)
  await chat.open()
  await sees('line 120.')
  await scrollTo('top', 450)
  const { added, moved } = await chat.page.evaluate<{
    added: number[]
    moved: number[]
  }>(`(async () => {
    const [timeline, list] = ['#timeline', '#messages'].map((id) => document.querySelector(id))
    const [added, moved] = [[], []]
    new MutationObserver((changes) => added.push(changes.flatMap((each) => [...each.addedNodes]).length))
      .observe(list, { childList: true })
    timeline.scrollTop -= 60
    const row = [...list.children].find((each) => each.getBoundingClientRect().top > 100)
    const { top } = row.getBoundingClientRect()
    while (!list.textContent.includes('line 21.')) {
      await new Promise(requestAnimationFrame)
      moved.push(Math.abs(row.getBoundingClientRect().top - top))
    }
    return { added: added.filter((count) => count > 0), moved }
  })()`)
  expect(added.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(50)
  expect(Math.max(...added)).toBeLessThanOrEqual(12)
  expect(Math.max(...moved)).toBeLessThanOrEqual(1)
})

test('Older messages that do not load say so, and only the button requests them again', async () => {
  fill(60)
  await chat.open()
  await sees('line 60.')
  chat.log.refuse.history = { status: 403, type: 'forbidden' }
  await scrollTo('top')
  const status = chat.page.locator('#older-status')
  await chat.page.locator('#older-status', { hasText: 'did not load' }).waitFor()
  expect(await status.textContent()).toBe(
    'Older messages did not load. You are not allowed to do this here.',
  )
  delete chat.log.refuse.history
  const { pages } = chat.log
  await scrollTo('middle')
  await scrollTo('top')
  expect(chat.log.pages).toBe(pages)
  await chat.page.getByRole('button', { name: 'Show older messages' }).click()
  await sees('line 1.')
  expect(await status.textContent()).toBe('')
})
