import { beforeAll, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql, type Sql } from '../test/support/testLog.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import type { LogWriter } from './logWriter.ts'
import type { Appended } from './types.ts'

const opened = disposables()
let history: LogWriter
let other: LogWriter
let sql: Sql

beforeAll(async () => {
  const url = await testDatabase()
  history = openLog(url, opened)
  other = openLog(url, opened)
  sql = openSql(url, opened)
})

async function countOf(channel: string): Promise<number> {
  const rows = await sql(`select from "message" where "channel" = $1`, channel)
  return rows.length
}

describe('a repeat of a key', () => {
  test('later gives the first message, also through another process', async () => {
    const channel = uniquePrefix()
    const first = await history.append(draft({ channel, key: 'k' }))
    await history.append(draft({ channel }))
    for (const caller of [history, other]) {
      // Another id and another display name: neither is what was said.
      const again = await caller.append(
        draft({ channel, key: 'k', sender: { id: 'alice', name: 'Alice B.' } }),
      )
      expect(again).toEqual({ ...first, link: '', repeated: true })
    }
    expect(await countOf(channel)).toBe(2)
  })

  test('in the same batch gives the first message, and takes no position', async () => {
    const channel = uniquePrefix()
    const { position } = await history.head()
    // The first call goes alone; those behind it wait for it together.
    const answers = await Promise.all(
      ['k0', 'k1', 'k1', 'k2', 'k1', null, null].map((key) =>
        history.append(draft({ channel, key })),
      ),
    )
    expect(answers.map(({ entry }) => entry.position - position)).toEqual([1, 2, 2, 3, 2, 4, 5])
    expect(answers.map(({ repeated }) => repeated)).toEqual([
      false,
      false,
      true,
      false,
      true,
      false,
      false,
    ])
    expect(answers.map(({ entry }) => entry.previous && entry.previous - position)).toEqual([
      0, 1, 1, 2, 1, 3, 4,
    ])
    expect((await history.head()).position).toBe(position + 5)
  })

  test('racing twenty times through two processes makes one message', async () => {
    const channel = uniquePrefix()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? history : other).append(draft({ channel, key: 'race' })),
      ),
    )
    expect(new Set(answers.map(({ entry }) => entry.json)).size).toBe(1)
    expect(answers.filter(({ repeated }) => !repeated).length).toBe(1)
    expect(await countOf(channel)).toBe(1)
  })

  test.each([
    ['other data', { data: '{"text":"bye"}' }],
    ['the same data written otherwise', { data: '{"text": "hi"}' }],
    ['another type', { type: 'note' }],
  ])('with %s is a conflict, later and in the same batch', async (_what, change) => {
    const channel = uniquePrefix()
    const appends = [
      history.append(draft({ channel })),
      history.append(draft({ channel, key: 'k' })),
      history.append(draft({ channel, key: 'k', ...change })),
      history.append(draft({ channel })),
    ]
    const statuses = (await Promise.allSettled(appends)).map(({ status }) => status)
    expect(statuses).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    await expect(appends[2]).rejects.toMatchObject({ type: 'idempotency-conflict' })
    await expect(other.append(draft({ channel, key: 'k', ...change }))).rejects.toMatchObject({
      type: 'idempotency-conflict',
    })
    expect(await countOf(channel)).toBe(3)
  })

  test.each([
    ['in one batch', true],
    ['one after the other', false],
  ])('is none by another principal, whatever name both bear, %s', async (_how, together) => {
    const channel = uniquePrefix()
    // The first call goes alone; those behind it wait for it together.
    const drafts = [
      draft({ channel }),
      draft({ channel, key: 'k', principal: 'user:a' }),
      draft({ channel, key: 'k', principal: 'user:b' }),
      draft({ channel, key: 'k', principal: 'user:a' }),
      draft({ channel, key: 'k', principal: 'user:b', sender: { id: 'bob', name: 'Bob' } }),
    ]
    const appended: Appended[] = []
    if (together) {
      appended.push(...(await Promise.all(drafts.map((one) => history.append(one)))))
    } else for (const one of drafts) appended.push(await history.append(one))
    const [, a, b, againA, againB] = appended
    expect(appended.map(({ repeated }) => repeated)).toEqual([false, false, false, true, true])
    expect(a?.entry.position).not.toBe(b?.entry.position)
    expect([againA?.entry, againB?.entry]).toEqual([a?.entry, b?.entry])
  })

  test('is none on another channel, or by another sender', async () => {
    const [channel, elsewhere] = [uniquePrefix(), uniquePrefix()]
    const answers = await Promise.all([
      // It goes alone; those behind it wait for it together.
      history.append(draft({ channel })),
      history.append(draft({ channel, key: 'k' })),
      history.append(draft({ channel: elsewhere, key: 'k', data: '1' })),
      history.append(draft({ channel, key: 'k', sender: { id: 'bob', name: 'Alice' }, data: '2' })),
    ])
    expect(answers.map(({ repeated }) => repeated)).toEqual([false, false, false, false])
    expect([await countOf(channel), await countOf(elsewhere)]).toEqual([3, 1])
  })
})
