import { describe, expect, test } from '@jest/globals'
import { Turns } from '../chassis/turns.ts'
import { Problem } from '../contract/problem.ts'
import type { Page } from '../history/types.ts'
import { disposables } from '../test/support/disposables.ts'
import { getServer } from '../test/support/getServer.ts'
import { testIdentity } from '../test/support/testIdentity.ts'
import { createGetHistory } from './getHistory.ts'
import type { HistoryOptions } from './historyOptions.ts'
import { createReadInTurn } from './readInTurn.ts'

const opened = disposables()

const PAGE: Page = {
  entries: [{ position: 7, previous: 0, id: '', channel: 'a', json: '{"position":7}' }],
  rest: undefined,
  last: 7,
  head: 7,
  low: 0,
  more: false,
  end: 7,
  epoch: 'e1',
}

const handlerOf = (page: () => Page, options: Partial<HistoryOptions> = {}) =>
  createGetHistory({
    readInTurn: createReadInTurn({ page: async () => page() }, new Turns(1)),
    requireAccess: () => {},
    limitOpen: (limited) => limited,
    waitForMessages: async () => ({ after: 0 }),
    waitInSeveral: async (_request, _response, { queries }) => queries,
    logOf: () => 0,
    ...options,
  })

describe('a page that its reader has already', () => {
  test('is not sent again, by its tag', async () => {
    const ask = await getServer(opened, { '/history': handlerOf(() => PAGE) })
    const answer = await ask('/history?channel=a')
    const tag = answer.headers.get('etag') ?? ''
    expect([tag, answer.headers.get('cache-control')]).toEqual(['"e1-7-0"', 'private, no-cache'])
    expect(JSON.parse(await answer.text()).messages).toEqual([{ position: 7 }])
    for (const known of [tag, `W/${tag}`, `"other", W/${tag}`, '*']) {
      const same = await ask('/history?channel=a', { headers: { 'If-None-Match': known } })
      expect([same.status, await same.text(), same.headers.get('etag')]).toEqual([304, '', tag])
    }
  })

  test.each<[string, Partial<Page>]>([
    ['head', { head: 8 }],
    ['epoch', { epoch: 'e2' }],
    ['low watermark', { low: 1 }],
  ])('is sent again with another %s', async (_what, change) => {
    let page = PAGE
    const ask = await getServer(opened, { '/history': handlerOf(() => page) })
    const known = (await ask('/history?channel=a')).headers.get('etag') ?? ''
    page = { ...PAGE, ...change }
    const other = await ask('/history?channel=a', { headers: { 'If-None-Match': known } })
    expect(other.status).toBe(200)
    expect(other.headers.get('etag')).not.toBe(known)
  })

  test('is refused if its reader may not read it any more', async () => {
    const handler = handlerOf(() => PAGE, {
      requireAccess: () => {
        throw new Problem('forbidden')
      },
    })
    const ask = await getServer(opened, { '/history': handler })
    const answer = await ask('/history?channel=a', { headers: { 'If-None-Match': '*' } })
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([403, 'no-store'])
  })
})

test('A page that a browser reads by its cookie stays on no disk', async () => {
  const handler = handlerOf(() => PAGE)
  const ask = await getServer(opened, {
    '/history': (request, ...others) => {
      request.identity = testIdentity('user:alice', { by: 'cookie' })
      return handler(request, ...others)
    },
  })
  const answer = await ask('/history?channel=a')
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
})

test('A page that waited is refused if its reader may not read any more', async () => {
  let isAllowed = true
  const handler = handlerOf(() => PAGE, {
    requireAccess: () => {
      if (!isAllowed) throw new Problem('forbidden')
    },
    waitForMessages: async () => {
      isAllowed = false
      return { after: 0 }
    },
  })
  const ask = await getServer(opened, { '/history': handler })
  expect((await ask('/history?channel=a&after=0')).status).toBe(200)
  expect((await ask('/history?channel=a&after=0&wait=9')).status).toBe(403)
})
