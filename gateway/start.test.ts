import { beforeAll, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openHistory, openSql } from '../test/support/testHistory.ts'
import type { History } from '../history/history.ts'
import { entry } from '../test/support/testRedis.ts'
import { findStart, type StartLog } from './start.ts'

const opened = disposables()
let history: History
let epoch: string

const positionBefore = (): Promise<number> => Promise.resolve(0)

/** a1 b2 a3 b4 a5, one a minute from 12:01 on. */
beforeAll(async () => {
  const url = await testDatabase()
  history = openHistory(url, opened)
  for (let position = 1; position <= 5; position++) {
    await history.append(draft({ channel: position % 2 === 0 ? 'b' : 'a' }))
  }
  await openSql(
    url,
    opened,
  )(
    `update "message" set "sent_at" = '2026-11-21T12:00:00Z'::timestamptz + "position" * interval '1 minute'`,
  )
  epoch = (await history.head()).epoch
})

describe('a start', () => {
  test('is where it was asked for', async () => {
    const found = await Promise.all(
      (
        [
          { kind: 'now' },
          { kind: 'id', epoch: 'e9', position: 3 },
          { kind: 'position', position: 99 },
          { kind: 'time', time: new Date('2026-11-21T12:03:00Z') },
          { kind: 'time', time: new Date('2026-11-21T13:00:00Z') },
        ] as const
      ).map((since) => findStart(since, ['a'], history)),
    )
    expect(found).toEqual([
      {},
      { epoch: 'e9', after: 3 },
      { after: 99 },
      { after: 2 },
      { after: 5 },
    ])
  })

  test.each([
    [1, ['a', 'b'], [4, 5]],
    [2, ['a', 'b'], [2, 3, 4, 5]],
    [2, ['a'], [3, 5]],
    [100, ['b', 'nobody'], [2, 4]],
    [1, ['nobody'], []],
  ])('with the last %d of each of %j sends %j first', async (count, channels, positions) => {
    const { prelude, ...start } = await findStart({ kind: 'last', count }, channels, history)
    expect(start).toEqual({ epoch, after: 5 })
    expect(prelude?.map(({ position }) => position)).toEqual(positions)
    expect(prelude?.[0]?.text ?? `id:${epoch}`).toContain(`id:${epoch}`)
  })

  test('with the last thousand reads page after page', async () => {
    const own = openHistory(await testDatabase(), opened)
    await Promise.all(
      Array.from({ length: 260 }, (_, index) =>
        own.append(draft({ channel: 'ab'[index % 2] ?? '' })),
      ),
    )
    const { prelude } = await findStart({ kind: 'last', count: 120 }, ['a', 'b'], own)
    expect(prelude?.map(({ position }) => position)).toEqual(
      Array.from({ length: 240 }, (_, index) => 21 + index),
    )
  })

  test('with the last few sends the newest of them where they are large', async () => {
    const reads: number[] = []
    const page: StartLog['page'] = ({ before, limit, channel }) => {
      reads.push(limit)
      const positions = Array.from({ length: limit }, (_, index) => before - 1 - index)
      const large = JSON.stringify('x'.repeat(40_000))
      return Promise.resolve({
        entries: positions.map((position) => entry(position, position - 1, channel, large)),
      })
    }
    const log: StartLog = {
      positionBefore,
      head: () => Promise.resolve({ epoch, position: 5_000 }),
      page,
    }
    const { prelude } = await findStart({ kind: 'last', count: 1_000 }, ['a', 'b'], log)
    expect(prelude?.at(-1)?.position).toBe(5_000)
    const bytes = prelude?.reduce((sum, { text }) => sum + text.length, 0) ?? 0
    expect(bytes).toBeGreaterThan(480_000)
    expect(bytes).toBeLessThan(540_000)
    expect(reads).toEqual([50, 50])
  })

  test('with the last message sends it however large it is', async () => {
    const large = entry(7, 6, 'a', JSON.stringify('x'.repeat(1_000_000)))
    const page = () => Promise.resolve({ entries: [large, entry(6, 5)] })
    const log: StartLog = {
      positionBefore,
      head: () => Promise.resolve({ epoch, position: 7 }),
      page,
    }
    const { prelude } = await findStart({ kind: 'last', count: 2 }, ['a'], log)
    expect(prelude?.map(({ position }) => position)).toEqual([7])
  })
})
