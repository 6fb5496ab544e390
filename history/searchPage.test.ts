import { describe, expect, test } from '@jest/globals'
import { choose } from './searchPage.ts'
import type { Hit, SearchNext } from './searchTypes.ts'

const positions = (first: number, last: number): number[] =>
  Array.from({ length: first - last + 1 }, (_, at) => first - at)

describe('a page of a search by time', () => {
  const query = { limit: 3, order: 'time' } as const
  const found = { ranks: [], upTo: 100, stopped: undefined }

  test('goes on behind its last message, if there is one more', () => {
    const { hits, rest } = choose(query, { ...found, positions: [9, 7, 5, 3] })
    expect(hits.map(({ position }) => position)).toEqual([9, 7, 5])
    expect(rest(3)).toEqual({ before: 5, below: undefined })
  })

  test('goes on behind the last message that fits', () => {
    const { rest } = choose(query, { ...found, positions: [9, 7] })
    expect(rest(1)).toEqual({ before: 9, below: undefined })
    expect(rest(2)).toBeUndefined()
  })

  test('goes on where the look stopped, also without a hit', () => {
    const stopped = { ...found, stopped: 2 }
    expect(choose(query, { ...stopped, positions: [9] }).rest(1)).toEqual({ before: 2 })
    expect(choose(query, { ...stopped, positions: [] }).rest(0)).toEqual({ before: 2 })
    expect(choose(query, { ...found, positions: [] }).rest(0)).toBeUndefined()
  })
})

describe('pages of a search by rank', () => {
  const query = { limit: 400, order: 'rank' } as const
  /** 1,001 hits of three ranks. */
  const all = positions(5_000, 4_000)
  const found: Parameters<typeof choose>[1] = {
    positions: all,
    ranks: all.map((position) => (position % 3) / 10),
    upTo: 6_000,
    stopped: undefined,
  }

  function follow(more: Partial<typeof found>): [Hit[][], SearchNext | undefined] {
    const pages: Hit[][] = []
    for (let next: SearchNext | undefined; ;) {
      const { hits, rest } = choose({ ...query, ...next }, { ...found, ...more })
      pages.push(hits)
      const then = rest(hits.length)
      if (then?.below === undefined) return [pages, then]
      // New messages do not come between.
      expect(then.before).toBe(6_001)
      next = then
    }
  }

  test('have the newest thousand, best first and newest first, each once', () => {
    const [pages, next] = follow({})
    expect(pages.map(({ length }) => length)).toEqual([400, 400, 200])
    const hits = pages.flat()
    const expected = hits.toSorted(
      (one, other) => (other.rank ?? 0) - (one.rank ?? 0) || other.position - one.position,
    )
    expect(hits).toEqual(expected)
    expect(new Set(hits.map(({ position }) => position))).toEqual(new Set(positions(5_000, 4_001)))
    // Then come the older ones.
    expect(next).toEqual({ before: 4_001, below: undefined })
  })

  test('end with the last hit, or go on where the look stopped', () => {
    const some = { positions: all.slice(0, 10), ranks: found.ranks.slice(0, 10) }
    expect(follow(some)[1]).toBeUndefined()
    expect(follow({ ...some, stopped: 70 })[1]).toEqual({ before: 70 })
  })

  test('keep to the position that the search began at', () => {
    const { rest } = choose({ ...query, before: 5_500 }, found)
    expect(rest(1)).toEqual({ before: 5_500, below: { position: 5_000, rank: 0.2 } })
  })
})
