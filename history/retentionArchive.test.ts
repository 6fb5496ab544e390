import { beforeEach, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { ALL, TestRetention, keep, upTo } from '../test/support/testRetention.ts'

const opened = disposables()
let log: TestRetention

describe('the archive', () => {
  beforeEach(async () => {
    log = await TestRetention.start(opened)
  })

  test('gets the messages before they go, with how much of it counts', async () => {
    const told: unknown[] = []
    const { epoch } = await log.history.head()
    const remover = log.open(async (of, end, entries) => {
      told.push(
        of,
        end,
        entries.map(({ json }) => json),
      )
      expect(await log.left('a')).toMatchObject({ low: told.length === 3 ? 0 : 3 })
      return { file: 'file', bytes: told.length }
    })
    const { entries } = await log.history.page({ channels: ['a'], limit: 3, order: 'asc' })
    const [first, second, third] = entries.map(({ json }) => json)
    await remover.stepAlong(ALL, upTo({ a: 4 }))
    await remover.stepAlong(ALL, upTo({ a: 6 }))
    const of = { id: 0, epoch }
    expect(told).toEqual([of, undefined, [first, second], of, { file: 'file', bytes: 3 }, [third]])
  })

  test('that cannot be written keeps every message', async () => {
    const remover = log.open(() => Promise.reject(new Error('the disk is full')))
    await expect(remover.stepBeyond([keep('a', 0)], 100)).rejects.toThrow('the disk is full')
    expect(await log.left('a')).toMatchObject({ low: 0, messages: 5 })
    expect(await log.open().stepBeyond([keep('a', 0)], 100)).toEqual({ removed: 5, more: false })
  })

  test('of a step whose commit failed does not count', async () => {
    const remover = log.open(async () => {
      // As if the connection broke after the archive was written: the only one that has this lock.
      await log.sql(`select pg_terminate_backend("pid") from pg_locks where "locktype" = 'advisory'
        and "database" = (select "oid" from pg_database where "datname" = current_database())`)
      return { file: 'file', bytes: 1 }
    })
    await expect(remover.stepBeyond([keep('a', 0)], 100)).rejects.toThrow(/terminat|not queryable/)
    expect(await log.left('a')).toMatchObject({ low: 0, messages: 5 })
    const ends: unknown[] = []
    await log
      .open(async (_of, end) => {
        ends.push(end)
        return { file: 'file', bytes: 2 }
      })
      .stepBeyond([keep('a', 0)], 100)
    expect([ends, await log.sql('select "file", "bytes"::int from "archive"')]).toEqual([
      [undefined],
      [{ file: 'file', bytes: 2 }],
    ])
  })
})
