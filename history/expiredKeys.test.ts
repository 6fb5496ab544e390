import { beforeAll, describe, expect, jest, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { holdLock } from '../test/support/holdLock.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql, type Sql } from '../test/support/testLog.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import type { LogWriter } from './logWriter.ts'

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

/** As if that much time had passed since all that was appended. */
async function pass(seconds: number): Promise<void> {
  await sql(`update "idempotency" set "at" = "at" - make_interval(secs => ${seconds})`)
}

const kept = (channel: string): Promise<unknown[]> =>
  sql(`select from "idempotency" where "channel" = $1`, channel)

describe('a key that is older than its time', () => {
  test('is new, deleted or not, and is then found again', async () => {
    const channel = uniquePrefix()
    const first = await history.append(draft({ channel, key: 'k' }))
    await pass(86_390)
    expect(await history.append(draft({ channel, key: 'k' }))).toMatchObject({ repeated: true })
    await pass(11)
    expect(await kept(channel)).toHaveLength(1)
    const second = await history.append(draft({ channel, key: 'k', data: '"other content"' }))
    expect(second).toMatchObject({ repeated: false })
    expect(second.entry.position).toBeGreaterThan(first.entry.position)
    const again = await other.append(draft({ channel, key: 'k', data: '"other content"' }))
    expect(again).toEqual({ ...second, link: '', repeated: true })
    expect(await kept(channel)).toHaveLength(1)
  })

  test('is new once in a batch', async () => {
    const channel = uniquePrefix()
    await history.append(draft({ channel, key: 'k' }))
    await pass(86_401)
    const answers = await Promise.all(
      [null, 'k', 'k', 'k'].map((key) => history.append(draft({ channel, key }))),
    )
    expect(answers.map(({ repeated }) => repeated)).toEqual([false, false, true, true])
    expect(await sql(`select from "message" where "channel" = $1`, channel)).toHaveLength(3)
  })

  test('is deleted, a thousand at a time, and a younger one is not', async () => {
    const own = await testDatabase()
    const look = openSql(own, opened)
    const [first, second] = [openLog(own, opened), openLog(own, opened)]
    await Promise.all(
      Array.from({ length: 2_500 }, (_, at) => first.append(draft({ key: `k${at}` }))),
    )
    expect(await first.forgetKeys()).toBe(false)
    expect(await look('select from "idempotency"')).toHaveLength(2_500)
    await look(`update "idempotency" set "at" = "at" - interval '86401 s' where "position" <= 2100`)
    expect([await first.forgetKeys(), await first.forgetKeys(), await first.forgetKeys()]).toEqual([
      true,
      true,
      false,
    ])
    expect(await look('select min("position") from "idempotency"')).toEqual([{ min: 2101n }])
    expect(await look('select from "idempotency"')).toHaveLength(400)
    expect(await second.append(draft({ key: 'k2099' }))).toMatchObject({ repeated: false })
    expect(await second.append(draft({ key: 'k2100' }))).toMatchObject({ repeated: true })
  })

  test('is deleted without waiting for locked keys, or for the log', async () => {
    const own = await testDatabase()
    const look = openSql(own, opened)
    const log = openLog(own, opened)
    for (const key of ['a', 'b', 'c']) await log.append(draft({ key }))
    await look(`update "idempotency" set "at" = "at" - interval '2 days'`)
    const releases = [
      await holdLock(opened, own, `select from "idempotency" where "key" = 'b' for update`),
      await holdLock(opened, own),
    ]
    expect(await log.forgetKeys()).toBe(false)
    expect(await look('select "key" from "idempotency"')).toEqual([{ key: 'b' }])
    for (const release of releases) await release()
  })

  test("is deleted by the log's time, and not by a database clock that is ahead", async () => {
    const log = openLog(await testDatabase(), opened)
    // Seen from this process the database is a week ahead.
    const shifted = jest.spyOn(Date, 'now').mockReturnValue(Date.now() - 7 * 86_400_000)
    const first = await log.append(draft({ key: 'k' }))
    expect(await log.forgetKeys()).toBe(false)
    expect(await log.append(draft({ key: 'k' }))).toEqual({ ...first, link: '', repeated: true })
    shifted.mockRestore()
    // By the time of this one it has expired.
    await log.append(draft())
    expect(await log.forgetKeys()).toBe(false)
    expect(await log.append(draft({ key: 'k' }))).toMatchObject({ repeated: false })
  })

  test('is deleted only from its own log', async () => {
    const own = await testDatabase()
    const look = openSql(own, opened)
    await look(`insert into "log" ("id", "epoch") values (1, 'other')`)
    const [zero, one] = [openLog(own, opened), openLog(own, opened, { logId: 1 })]
    for (const log of [zero, one]) await log.append(draft({ key: 'k' }))
    await look(`update "idempotency" set "at" = "at" - interval '2 days'`)
    expect(await zero.forgetKeys()).toBe(false)
    expect(await look('select "log_id" from "idempotency"')).toEqual([{ log_id: 1 }])
  })
})
