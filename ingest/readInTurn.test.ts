import { describe, expect, test } from '@jest/globals'
import { Turns } from '../chassis/turns.ts'
import { Problem } from '../contract/problem.ts'
import type { Page, PageQuery, RestQuery } from '../history/types.ts'
import { Random } from '../test/model/random.ts'
import { WatchedTurns } from '../test/support/watchedTurns.ts'
import { createReadInTurn, type ReadChunk } from './readInTurn.ts'

const QUERY: PageQuery = { channels: ['a'], limit: 50, order: 'desc' }

/** A log whose reads end when they are told to. Its head is the number of posts, as a read sees it that begins now. */
class SlowLog {
  head = 0
  readonly reads: (PageQuery | RestQuery)[] = []
  readonly #waiting: ((error?: Error) => void)[] = []
  size = 1

  readonly page = async (query: PageQuery | RestQuery): Promise<Page> => {
    this.reads.push(query)
    const { head } = this
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push((error) => (error === undefined ? resolve() : reject(error)))
    })
    const json = 'x'.repeat(this.size)
    return {
      entries: [{ position: 1, previous: 0, id: '', channel: 'a', json }],
      rest: undefined,
      last: 1,
      head,
      low: 0,
      more: false,
      end: 1,
      epoch: 'e',
    }
  }

  /** Ends one read. */
  async end(error?: Error): Promise<void> {
    this.#waiting.shift()?.(error)
    await settled()
  }

  /** Ends all reads, and those that begin then. */
  async endAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.end()
  }
}

const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

/** A log with one place for readers, which a read has taken. */
function busyLog(): {
  log: SlowLog
  read: (query?: PageQuery, reader?: object) => ReturnType<ReadChunk>
} {
  const log = new SlowLog()
  const readInTurn = createReadInTurn(log, new Turns(1))
  const read = (query = QUERY, reader: object = {}) =>
    readInTurn({ closed: false, ...reader })(query)
  void read()
  return { log, read }
}

describe('readers that wait for the same chunk', () => {
  test('get it from one read, eight at most', async () => {
    const { log, read } = busyLog()
    const pages = Array.from({ length: 20 }, () => read())
    await log.endAll()
    expect(log.reads).toHaveLength(1 + 3)
    const read8 = await Promise.all(pages)
    expect(new Set(read8).size).toBe(3)
    expect(read8.filter((page) => page === read8[0])).toHaveLength(8)
  })

  test.each<[string, Partial<PageQuery> & Partial<RestQuery>]>([
    ['channel', { channels: ['b'] }],
    ['channels', { channels: ['a', 'b'] }],
    ['limit', { limit: 51 }],
    ['order', { order: 'asc' }],
    ['position after', { after: 1 }],
    ['position before', { before: 1 }],
    ['time', { from: new Date(0) }],
    ['end of the time', { to: new Date(1) }],
    ['sender', { sender: 'user:alice' }],
    ['type', { type: 'tide' }],
    ['relation', { about: 1 }],
    ['fold', { isFolded: true }],
    ['epoch', { epoch: 'e' }],
    ['bound', { epoch: 'e', readBytes: 1 }],
  ])('do not share it with one of another %s', async (_what, other) => {
    const { log, read } = busyLog()
    const pages = [read(), read({ ...QUERY, ...other }), read(), read({ ...QUERY, ...other })]
    await log.endAll()
    await Promise.all(pages)
    expect(log.reads.slice(1)).toEqual([QUERY, { ...QUERY, ...other }])
  })

  test('get nothing older than what was posted before they asked', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = new Random(seed)
      const log = new SlowLog()
      const readInTurn = createReadInTurn(log, new Turns(random.between(1, 3)))
      const readers: Promise<void>[] = []
      const ask = async (): Promise<void> => {
        const posted = log.head
        const query = { ...QUERY, limit: random.between(1, 2) }
        const page = await readInTurn({ closed: false })(query)
        if ((page?.head ?? 0) < posted) throw new Error(`seed ${seed}: a page without a post`)
      }
      for (let step = 0; step < 200; step++) {
        if (random.chance(0.3)) log.head++
        if (random.chance(0.6)) readers.push(ask())
        if (random.chance(0.3)) await log.end()
      }
      await log.endAll()
      await Promise.all(readers)
      expect([seed, log.reads.length < readers.length]).toEqual([seed, true])
    }
  })

  test('all get its failure, and the next one reads again', async () => {
    const { log, read } = busyLog()
    const pages = [read(), read()].map((page) => expect(page).rejects.toThrow('unavailable'))
    await log.end()
    await log.end(new Problem('unavailable'))
    await Promise.all(pages)
    const next = read()
    await log.endAll()
    expect(await next).toMatchObject({ head: 0 })
    expect(log.reads).toHaveLength(3)
  })

  test('get it also if the first of them has left; it is not read if all have', async () => {
    const { log, read } = busyLog()
    const left = read(QUERY, { closed: true })
    const stayed = read()
    const other = { ...QUERY, limit: 1 }
    const gone = [read(other, { closed: true }), read(other, { closed: true })]
    await log.endAll()
    expect(await Promise.all([left, ...gone])).toEqual([undefined, undefined, undefined])
    expect(await stayed).toMatchObject({ head: 0 })
    expect(log.reads).toEqual([QUERY, QUERY])
  })
})

test('The longer a chunk is, and the more readers write it, the longer others rest', async () => {
  const log = new SlowLog()
  log.size = 16_384 + 2_500
  const turns = new WatchedTurns(2)
  const read = createReadInTurn(log, turns)({ closed: false })
  const pages = [1, 2, 3, 3, 3, 3].map((limit) => read({ ...QUERY, limit }))
  await log.endAll()
  await Promise.all(pages)
  expect(turns.rests).toEqual([2, 2, 8])
})
