import { describe, expect, test } from '@jest/globals'
import { Turns } from '../chassis/turns.ts'
import type { HistoryPage } from '../contract/history.ts'
import { CHUNKS, ChunkedLog, LARGE } from '../test/support/chunkedLog.ts'
import { disposables } from '../test/support/disposables.ts'
import { problemOf } from '../test/support/ingestClient.ts'
import { waitFor } from '../test/support/waitFor.ts'
import { WatchedTurns } from '../test/support/watchedTurns.ts'

const opened = disposables()
describe('a page of many chunks', () => {
  test('is one answer, with the links of the whole page', async () => {
    const ask = await new ChunkedLog(opened).server(new Turns(1))
    const answer = await ask('/history?channel=a&limit=5&order=asc')
    const next = '/history?channel=a&after=5&limit=5&order=asc'
    expect(answer.headers.get('link')).toBe(`<${next}>; rel="next"`)
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    const page: HistoryPage = JSON.parse(await answer.text())
    expect(page.messages.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5])
    expect({ ...page, messages: [] }).toEqual({
      channel: 'a',
      messages: [],
      head: CHUNKS,
      low: 0,
      next,
      prev: null,
    })
  })

  test('of several channels names them all', async () => {
    const ask = await new ChunkedLog(opened).server(new Turns(1))
    const answer = await ask('/history?channel=a&channel=b&limit=2&order=asc')
    const page: HistoryPage = JSON.parse(await answer.text())
    expect([page.channels, page.channel, page.messages.length]).toEqual([['a', 'b'], undefined, 2])
    expect(page.next).toBe('/history?channel=a&channel=b&after=2&limit=2&order=asc')
  })

  test('is read in turn with the pages of other readers', async () => {
    const log = new ChunkedLog(opened)
    const ask = await log.server(new Turns(1))
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((channel) => ask(`/history?channel=${channel}&limit=50&order=asc`)),
    )
    await Promise.all(answers.map((answer) => answer.text()))
    // Whoever begins last is not half done when another one ends.
    const half = log.reads.slice(0, 75)
    for (const channel of ['a', 'b', 'c']) {
      expect(half.filter((each) => each === channel).length).toBeGreaterThan(15)
    }
  })

  test.each([
    [1, [93, 93, 93, 0, 0, 0]],
    [3, [280, 280, 280, 0, 0, 0]],
  ])(
    'leaves the database to others after each large chunk, with %i places',
    async (places, expected) => {
      // A millisecond for 2,500 bytes, over all places together.
      const turns = new WatchedTurns(places)
      const ask = await new ChunkedLog(opened).server(turns)
      for (const channel of ['large', 'usual']) {
        await (await ask(`/history?channel=${channel}&limit=3&order=asc`)).text()
      }
      expect(turns.rests.map((rest) => Math.round(rest))).toEqual(expected)
    },
  )

  test('is read no further for a client that takes nothing; other pages go on', async () => {
    const log = new ChunkedLog(opened)
    const ask = await log.server(new Turns(1))
    const slow = await ask(`/history?channel=large.slow&limit=${CHUNKS}&order=asc`)
    const fast = await ask(`/history?channel=large.fast&limit=${CHUNKS}&order=asc`)
    expect((await fast.text()).length).toBeGreaterThan(CHUNKS * LARGE.length)
    const read = log.reads.filter((channel) => channel === 'large.slow').length
    expect(read).toBeLessThan(CHUNKS / 2)
    expect(JSON.parse(await slow.text()).messages.length).toBe(CHUNKS)
  })

  test('is read no further for a client that has left', async () => {
    const log = new ChunkedLog(opened)
    const turns = new Turns(1)
    const ask = await log.server(turns)
    const leaving = new AbortController()
    const { signal } = leaving
    const large = await ask(`/history?channel=large&limit=${CHUNKS}&order=asc`, { signal })
    const begun: (() => void)[] = []
    const taken = turns.take(() => new Promise<void>((resolve) => void begun.push(resolve)))
    const waiting = ask('/history?channel=waiting&limit=9', { signal })
    await waitFor(() => log.open === 2)
    leaving.abort()
    await expect(waiting).rejects.toThrow('aborted')
    await expect(large.text()).rejects.toThrow('aborted')
    await waitFor(() => log.open === 0)
    await waitFor(() => begun.length === 1)
    for (const giveBack of begun) giveBack()
    await taken
    await (await ask('/history?channel=other&limit=9')).text()
    expect(log.reads).not.toContain('waiting')
    expect(log.reads.filter((channel) => channel === 'large').length).toBeLessThan(CHUNKS / 2)
  })

  test('whose client leaves early leaves nothing behind', async () => {
    const log = new ChunkedLog(opened)
    const ask = await log.server(new Turns(1))
    const leaving = new AbortController()
    const { signal } = leaving
    const slow = await ask(`/history?channel=large.slow&limit=${CHUNKS}&order=asc`, { signal })
    // When this one is whole, the other one is waiting for its reader.
    await (await ask(`/history?channel=large.fast&limit=${CHUNKS}&order=asc`)).text()
    expect(log.ended).toBe(1)
    leaving.abort()
    await expect(slow.text()).rejects.toThrow('aborted')
    await waitFor(() => log.ended === 2, 10)
  })

  test('with a later chunk that cannot be read breaks off, so that nobody takes it for whole', async () => {
    const log = new ChunkedLog(opened)
    log.failsAt = 3
    const ask = await log.server(new Turns(1))
    const whole = async () => (await ask('/history?channel=a&limit=5&order=asc')).text()
    await expect(whole()).rejects.toThrow(/terminated|fetch failed/)
    // Its turn was given back.
    expect((await ask('/history?channel=a&limit=2&order=asc')).status).toBe(200)
  })

  test('that cannot be read at all is a 503', async () => {
    const log = new ChunkedLog(opened)
    log.failsAt = 1
    const ask = await log.server(new Turns(1))
    const answer = await ask('/history?channel=a&limit=5&order=asc')
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(await problemOf(answer)).toBe('503 unavailable')
  })

  test('without a next or previous page has no Link header', async () => {
    const ask = await new ChunkedLog(opened).server(new Turns(1))
    const answer = await ask(`/history?channel=a&limit=${CHUNKS}&order=asc`)
    expect([answer.status, answer.headers.get('link')]).toEqual([200, null])
    await answer.text()
  })

  test('is only begun for a HEAD', async () => {
    const log = new ChunkedLog(opened)
    const ask = await log.server(new Turns(1))
    const answer = await ask('/history?channel=a&limit=5&order=asc', { method: 'HEAD' })
    expect([answer.status, await answer.text(), log.reads.length]).toEqual([200, '', 1])
  })

  test('of one chunk tells its length, and one of several comes in chunks', async () => {
    const ask = await new ChunkedLog(opened).server(new Turns(1))
    const one = await ask('/history?channel=a&limit=1')
    const text = await one.text()
    expect(one.headers.get('content-length')).toBe(String(Buffer.byteLength(text)))
    expect(JSON.parse(text).messages).toHaveLength(1)
    const two = await ask('/history?channel=a&limit=2')
    expect(JSON.parse(await two.text()).messages).toHaveLength(2)
    expect(two.headers.get('content-length')).toBeNull()
  })
})
