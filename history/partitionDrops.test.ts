import { beforeEach, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { holdLock } from '../test/support/holdLock.ts'
import { draft } from '../test/support/testLog.ts'
import { ALL, TestRetention, keep, upTo } from '../test/support/testRetention.ts'

const opened = disposables()
let log: TestRetention

const partitions = async (): Promise<string[]> =>
  (
    await log.sql<{ name: string }>(`select "inhrelid"::regclass::text as "name" from pg_inherits
      where "inhparent" = 'message'::regclass order by "inhrelid"`)
  ).map(({ name }) => name)
const low = async (): Promise<unknown> => (await log.sql('select "low"::int from "log"'))[0]

describe('a partition', () => {
  beforeEach(async () => {
    log = await TestRetention.start(opened, 4)
  })

  test('is dropped once it is empty, and no message can come into it', async () => {
    const remover = log.open()
    expect(await remover.dropPartitions()).toBe(0)
    await remover.stepAlong(ALL, upTo({ a: 4, b: 8 }))
    expect([await remover.dropPartitions(), await low()]).toEqual([1, { low: 4 }])
    expect(await partitions()).toEqual(['message_0_8', 'message_0_12'])
    await remover.stepBeyond([keep('a', 0), keep('b', 0)], 100)
    // The last one still takes the positions 11 and 12.
    expect([await remover.dropPartitions(), await low()]).toEqual([1, { low: 8 }])
    expect(await log.history.append(draft({ channel: 'a' }))).toMatchObject({
      entry: { position: 11, previous: 9 },
    })
    expect(await partitions()).toContain('message_0_12')
  })

  test('in the middle is dropped too, but the log begins where it began', async () => {
    const remover = log.open()
    await log.sql(`delete from "message" where "position" between 5 and 8`)
    expect([await remover.dropPartitions(), await low()]).toEqual([1, { low: 0 }])
  })

  test('that somebody reads stays for now', async () => {
    const remover = log.open()
    await remover.stepAlong(ALL, upTo({ a: 4, b: 4 }))
    const release = await holdLock(opened, log.url, 'lock table "message_0_4" in access share mode')
    expect(await remover.dropPartitions()).toBe(0)
    await release()
    expect(await remover.dropPartitions()).toBe(1)
  })
})
