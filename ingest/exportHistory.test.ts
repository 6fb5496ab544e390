import { describe, expect, test } from '@jest/globals'
import { Turns } from '../chassis/turns.ts'
import { Problem } from '../contract/problem.ts'
import type { Page, PageQuery, RestQuery } from '../history/types.ts'
import { disposables } from '../test/support/disposables.ts'
import { getServer } from '../test/support/getServer.ts'
import { problemOf } from '../test/support/ingestClient.ts'
import { waitFor } from '../test/support/waitFor.ts'
import { createExportHistory, type ExportOptions, NDJSON } from './exportHistory.ts'
import { createReadInTurn } from './readInTurn.ts'

const opened = disposables()

/** Nobody else needs the time between two chunks. */
class Restless extends Turns {
  override take<T>(work: () => Promise<T>): Promise<T> {
    return super.take(work)
  }
}

/** A log of one channel, whose pages have three messages, in chunks of two; and who comes to read. */
class Log {
  head = 20
  epoch = 'e1'
  data = '1'
  failsAt = Infinity
  isAllowed = true
  /** Of which channel, in order. */
  readonly reads: string[] = []
  /** Requests that nothing is done for any more. */
  ended = 0
  /** Bytes that readers got. */
  readonly paid: number[] = []

  readonly page = async (query: PageQuery | RestQuery): Promise<Page> => {
    const { after = 0, before = Infinity } = query
    this.reads.push(query.channels.join())
    await new Promise(setImmediate)
    if (query.epoch !== undefined && query.epoch !== this.epoch) throw new Problem('unavailable')
    const left = Math.max(0, Math.min(this.head, before - 1) - after)
    const kept = 'readBytes' in query ? query.limit : Math.min(left, 3)
    const entries = Array.from({ length: Math.min(kept, 2) }, (_, at) =>
      this.#entry(after + 1 + at),
    )
    const last = kept === 0 ? undefined : after + kept
    const { epoch } = this
    return {
      entries,
      rest:
        kept > 2 ? { ...query, after: after + 2, limit: kept - 2, epoch, readBytes: 1 } : undefined,
      last,
      head: this.head,
      low: 0,
      more: left > kept,
      end: last,
      epoch,
    }
  }

  server(options: Partial<ExportOptions> = {}) {
    const handler = createExportHistory({
      readInTurn: createReadInTurn(this, new Restless(1)),
      requireAccess: () => {
        if (!this.isAllowed) throw new Problem('forbidden')
      },
      logOf: () => 0,
      pay: (_request, bytes) => {
        this.paid.push(bytes)
        return 0
      },
      ...options,
    })
    return getServer(opened, {
      '/history': (...given) => Promise.resolve(handler(...given)).finally(() => this.ended++),
    })
  }

  #entry(position: number) {
    if (position >= this.failsAt) throw new Problem('unavailable')
    const json = `{"position":${position},"data":${this.data}}`
    return { position, previous: position - 1, id: '', channel: 'a', json }
  }
}

const positionsOf = (text: string): unknown[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => Object(JSON.parse(line)).position)
const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1)

describe('an export', () => {
  test('is every message of the range, one a line, from page to page', async () => {
    const ask = await new Log().server()
    const answer = await ask('/history?channel=a')
    expect(answer.headers.get('content-type')).toBe(NDJSON)
    expect(positionsOf(await answer.text())).toEqual(upTo(20))
    const part = await ask('/history?channel=a&after=4&before=12')
    expect(positionsOf(await part.text())).toEqual([5, 6, 7, 8, 9, 10, 11])
    expect(await (await ask('/history?channel=a&after=20')).text()).toBe('')
  })

  test('ends at the head of its start, however fast messages come', async () => {
    const log = new Log()
    const ask = await log.server({
      pay: () => {
        log.head += 5
        return 0
      },
    })
    expect(positionsOf(await (await ask('/history?channel=a')).text())).toEqual(upTo(20))
  })

  test.each([
    ['that cannot be read', (log: Log) => (log.failsAt = 10)],
    ['of another epoch', (log: Log) => (log.epoch = 'e2')],
    ['that its reader may not read any more', (log: Log) => (log.isAllowed = false)],
  ])(
    'with a later page %s breaks off, so that nobody takes it for whole',
    async (_what, happen) => {
      const log = new Log()
      const ask = await log.server({
        pay: () => {
          if (log.reads.length === 3) happen(log)
          return 0
        },
      })
      const whole = async () => (await ask('/history?channel=a')).text()
      await expect(whole()).rejects.toThrow(/terminated|fetch failed/)
    },
  )

  test('is paid for chunk by chunk', async () => {
    const log = new Log()
    const ask = await log.server()
    const { length } = await (await ask('/history?channel=a')).text()
    expect(log.paid).toHaveLength(13)
    expect(log.paid.reduce((sum, bytes) => sum + bytes)).toBe(length)
  })

  test('is read no further for a client that takes nothing, and ends when that one leaves', async () => {
    const log = new Log()
    log.head = 300
    log.data = JSON.stringify('x'.repeat(100_000))
    const ask = await log.server()
    const leaving = new AbortController()
    const slow = await ask('/history?channel=slow', { signal: leaving.signal })
    const fast = await ask('/history?channel=fast')
    expect((await fast.text()).length).toBeGreaterThan(log.head * log.data.length)
    const reads = log.reads.filter((channel) => channel === 'slow').length
    expect(reads).toBeLessThan(log.head / 4)
    expect(log.ended).toBe(1)
    leaving.abort()
    await expect(slow.text()).rejects.toThrow('aborted')
    await waitFor(() => log.ended === 2, 10)
  })

  test('is only begun for a HEAD', async () => {
    const log = new Log()
    const ask = await log.server()
    const answer = await ask('/history?channel=a', { method: 'HEAD' })
    expect([answer.status, await answer.text(), log.reads.length]).toEqual([200, '', 1])
  })

  test.each(['channel=a&limit=5', 'channel=a&order=asc', 'channel=a&after=x', ''])(
    'of %j is refused',
    async (search) => {
      const ask = await new Log().server()
      expect(await problemOf(await ask(`/history?${search}`))).toBe('400 invalid-parameter')
    },
  )
})
