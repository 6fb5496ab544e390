import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { PROBLEMS } from '../contract/problem.ts'
import { channels } from '../reference/channels.ts'
import { operations } from '../reference/operations.ts'
import type { Stack } from '../stack/stack.ts'
import { openSite } from './openSite.ts'
import { disposables } from './support/disposables.ts'

const opened = disposables()
let stack: Stack
let browser: Browser

beforeAll(async () => {
  ;[stack, browser] = await openSite(opened, { gateways: 1, bridges: 1 })
}, 120_000)

const PHONE = { width: 390, height: 844 }
const DESK = { width: 1_280, height: 900 }

async function open(viewport: typeof PHONE, colorScheme: 'light' | 'dark', hash = '') {
  const context = await browser.newContext({ viewport, colorScheme })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (line) => complaints.push(line.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('requestfailed', (request) => complaints.push(request.url()))
  page.on('request', (request) => {
    if (!request.url().startsWith(stack.origin)) complaints.push(request.url())
  })
  await page.goto(`${stack.origin}/docs${hash}`)
  return { page, complaints }
}

const overflowOf = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - innerWidth')

describe('the page of the API', () => {
  test.each([
    ['a phone', PHONE, 'light'],
    ['a phone in the dark', PHONE, 'dark'],
    ['a desk', DESK, 'light'],
    ['a desk in the dark', DESK, 'dark'],
  ] as const)(
    'fits %s, and loads nothing that its policy or its origin forbids',
    async (name, viewport, scheme) => {
      const { page, complaints } = await open(viewport, scheme)
      expect(await page.title()).toBe('Causeway: the API')
      expect(await overflowOf(page)).toBeLessThanOrEqual(0)
      expect(complaints).toEqual([])
      const folder = process.env['SCREENSHOTS']
      if (folder !== undefined) {
        await page.screenshot({ path: `${folder}/${name.replaceAll(' ', '-')}.png` })
        await page.goto(`${stack.origin}/docs#getHistory`)
        await page.screenshot({ path: `${folder}/${name.replaceAll(' ', '-')}-history.png` })
      }
      await page.context().close()
    },
  )

  test('has a deep link for each operation, channel and problem, and no link that leads nowhere', async () => {
    const { page } = await open(DESK, 'light', '#deleteMessage')
    const ids = await page.locator('[id]').evaluateAll((all) => all.map(({ id }) => id))
    expect(ids).toEqual([...new Set(ids)])
    expect(ids).toEqual(
      expect.arrayContaining([
        ...operations.map(({ id }) => id),
        ...channels.map(({ id }) => id),
        ...Object.keys(PROBLEMS).map((type) => `problem-${type}`),
      ]),
    )
    const targets = await page
      .locator('a[href^="#"]')
      .evaluateAll((all) => all.map((each) => each.getAttribute('href')?.slice(1) ?? ''))
    expect(targets.filter((target) => !ids.includes(target))).toEqual([])
    expect(await page.locator('#deleteMessage').isVisible()).toBe(true)
    await page.context().close()
  })

  test('shows a command for each example', async () => {
    const { page } = await open(DESK, 'light')
    const commands = await page.locator('pre', { hasText: /^curl/ }).count()
    expect(commands).toBe(operations.flatMap(({ examples }) => examples).length)
    await page.context().close()
  })
})

describe.each([
  ['/openapi.json', 'application/json'],
  ['/asyncapi.json', 'application/json'],
  ['/docs', 'text/html; charset=utf-8'],
])('%s', (path, type) => {
  test('is cached by its tag, compressed, and under the strict policy', async () => {
    const answer = await fetch(stack.origin + path)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type])
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    expect(answer.headers.get('cache-control')).toBe('no-cache')
    expect(answer.headers.get('content-security-policy')).toMatch(
      /default-src 'none'.*trusted-types 'none'/,
    )
    await answer.text()
    const known = { 'If-None-Match': answer.headers.get('etag') ?? '' }
    expect((await fetch(stack.origin + path, { headers: known })).status).toBe(304)
    const posted = await fetch(stack.origin + path, { method: 'POST' })
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })
})
