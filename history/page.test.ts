import { beforeAll, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql } from '../test/support/testLog.ts'
import { wholePage } from '../test/support/wholePage.ts'
import type { LogWriter } from './logWriter.ts'
import type { PageQuery } from './types.ts'

const opened = disposables()
let url: string
let history: LogWriter

/** One message a minute from 12:01 on, on the channels in turn: `odd` has 1, 3, 5, 7, 9 and `even` has 2, 4, 6, 8, 10. */
beforeAll(async () => {
  url = await testDatabase()
  history = openLog(url, opened)
  for (let position = 1; position <= 10; position++) {
    await history.append(
      draft({ channel: position % 2 === 0 ? 'even' : 'odd', data: String(position) }),
    )
  }
  await openSql(
    url,
    opened,
  )(
    `update "message" set "sent_at" = '2026-11-21T12:00:00Z'::timestamptz + "position" * interval '1 minute'`,
  )
})

const at = (minute: number, second = 0): Date =>
  new Date(Date.UTC(2026, 10, 21, 12, minute, second))

async function positions(query: Partial<PageQuery>) {
  const page = await wholePage(history, { channels: ['odd'], limit: 50, order: 'asc', ...query })
  expect(page.last).toBe(page.entries.at(-1)?.position)
  return [page.entries.map(({ position }) => position), page.more]
}

describe('a page', () => {
  test.each<[Partial<PageQuery>, number[], boolean]>([
    [{}, [1, 3, 5, 7, 9], false],
    [{ order: 'desc' }, [9, 7, 5, 3, 1], false],
    [{ limit: 5 }, [1, 3, 5, 7, 9], false],
    [{ limit: 4 }, [1, 3, 5, 7], true],
    [{ limit: 1, order: 'desc' }, [9], true],
    [{ after: 3 }, [5, 7, 9], false],
    [{ after: 4 }, [5, 7, 9], false],
    [{ before: 5 }, [1, 3], false],
    [{ before: 6, limit: 2, order: 'desc' }, [5, 3], true],
    [{ after: 1, before: 9, limit: 2 }, [3, 5], true],
    [{ after: 9 }, [], false],
    [{ after: 0, before: 1 }, [], false],
    [{ after: 7, before: 3 }, [], false],
    [{ after: 0, before: Number.MAX_SAFE_INTEGER }, [1, 3, 5, 7, 9], false],
    [{ from: at(5) }, [5, 7, 9], false],
    [{ from: at(5, 1) }, [7, 9], false],
    [{ to: at(5) }, [1, 3], false],
    [{ to: at(5, 1) }, [1, 3, 5], false],
    [{ from: at(3), to: at(7), order: 'desc' }, [5, 3], false],
    [{ from: at(0), to: at(59) }, [1, 3, 5, 7, 9], false],
    [{ from: at(11) }, [], false],
    [{ to: at(1) }, [], false],
    [{ from: at(3), after: 5, limit: 1 }, [7], true],
    [{ to: at(9), before: 5, limit: 1, order: 'desc' }, [3], true],
    [{ channels: ['even'], from: at(5), limit: 2 }, [6, 8], true],
    [{ channels: ['nobody'] }, [], false],
    [{ channels: ['even', 'odd'] }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], false],
    [{ channels: ['odd', 'nobody', 'even'], limit: 3, order: 'desc' }, [10, 9, 8], true],
    [{ channels: ['odd', 'even'], after: 2, before: 9, limit: 4 }, [3, 4, 5, 6], true],
    [{ channels: ['odd', 'even'], from: at(4), to: at(6) }, [4, 5], false],
  ])('of %j has %j, and more: %j', async (query, expected, more) => {
    expect(await positions(query)).toEqual([expected, more])
  })

  test('of messages of one moment has all of them on one side of a time', async () => {
    const own = await testDatabase()
    const log = openLog(own, opened)
    for (let count = 0; count < 4; count++) await log.append(draft())
    await openSql(own, opened)(`update "message" set "sent_at" = '2026-11-21T12:05:00Z'`)
    const query = { channels: ['lobby'], limit: 9, order: 'asc' } as const
    expect((await wholePage(log, { ...query, from: at(5) })).entries.length).toBe(4)
    expect((await wholePage(log, { ...query, to: at(5) })).entries.length).toBe(0)
  })

  test('is shorter if messages are large, and says that there is more', async () => {
    const log = openLog(await testDatabase(), opened)
    const data = JSON.stringify('x'.repeat(1_500_000))
    for (let count = 0; count < 4; count++) await log.append(draft({ data }))
    const query = { channels: ['lobby'], limit: 9, order: 'asc' } as const
    const first = await wholePage(log, query)
    expect([first.entries.map(({ position }) => position), first.more]).toEqual([[1, 2], true])
    const second = await wholePage(log, { ...query, after: 2 })
    expect([second.entries.map(({ position }) => position), second.more]).toEqual([[3, 4], false])
  })

  test("has the channel's head, whatever part of it was asked for", async () => {
    const query = { limit: 1, order: 'asc' } as const
    const heads = await Promise.all(
      [
        { channels: ['odd'], ...query },
        { channels: ['even'], ...query, before: 3 },
        { channels: ['odd'], ...query, after: 99 },
        { channels: ['nobody'], ...query },
        { channels: ['even', 'nobody', 'odd'], ...query },
      ].map((each) => history.page(each)),
    )
    expect(heads.map(({ head }) => head)).toEqual([9, 10, 9, 0, 10])
  })

  test('and its head are of one moment, while others write', async () => {
    const own = await testDatabase()
    const writer = openLog(own, opened)
    const reader = openLog(own, opened)
    const write = async (): Promise<void> => {
      for (let count = 0; count < 300; count++) await writer.append(draft())
    }
    const heads = new Set<number>()
    const look = async (): Promise<void> => {
      for (let count = 0; count < 200; count++) {
        const page = await reader.page({ channels: ['lobby'], limit: 1, order: 'desc' })
        expect(page.entries[0]?.position ?? 0).toBe(page.head)
        heads.add(page.head)
      }
    }
    await Promise.all([write(), look()])
    expect(heads.size).toBeGreaterThan(10)
  })
})
