import { beforeAll, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openHistory, openSql } from '../test/support/testHistory.ts'
import type { History } from '../history/history.ts'
import { findStart } from './start.ts'

const opened = disposables()
let history: History
let epoch: string

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
})
