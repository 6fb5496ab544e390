import { beforeEach, describe, expect, test } from '@jest/globals'
import { v7 as uuid } from 'uuid'
import { disposables } from '../test/support/disposables.ts'
import { holdLock } from '../test/support/holdLock.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql, type Sql } from '../test/support/testLog.ts'
import { waitFor } from '../test/support/waitFor.ts'
import type { LogWriter } from './logWriter.ts'

const opened = disposables()
let url: string
let sql: Sql
let history: LogWriter
let epoch: string
/** Of the messages 1 to 3. */
let ids: string[]

beforeEach(async () => {
  url = await testDatabase()
  sql = openSql(url, opened)
  history = openLog(url, opened)
  ids = []
  for (let count = 0; count < 3; count++) {
    const { entry } = await history.append(draft())
    ids.push(JSON.parse(entry.json).id)
  }
  epoch = (await history.head()).epoch
})

/** Sessions that wait for a lock. */
async function waiting(count: number): Promise<void> {
  await waitFor(async () => {
    const rows = await sql(`select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`)
    return rows.length === count
  })
}

describe('an epoch', () => {
  test.each([
    ['the log has a message that is not the one at the place', 2, uuid(), true],
    ['the message at its head is not the one at the place', 3, uuid(), true],
    ['its head is below the place', 4, uuid(), true],
    ['its head is below a place without a message', 4, '', true],
    ['the log has the very message', 2, undefined, false],
    ['the very message is its head', 3, undefined, false],
    ['the place has no message that is known', 2, '', false],
    ['the place is the beginning', 0, '', false],
  ])('if %s (%d, %j): ended is %j', async (_what, position, given, ended) => {
    const id = given ?? ids[position - 1] ?? ''
    expect(await history.endEpoch(epoch, { position, id })).toBe(ended)
    const after = await history.head()
    expect(after).toMatchObject({ position: 3, id: ids[2] })
    expect(after.epoch === epoch).toBe(!ended)
    expect(after.epoch).toMatch(/^[0-9a-f]{8}$/)
    // The log goes on where it was, in its new life.
    const next = await history.append(draft())
    expect(next).toMatchObject({ epoch: after.epoch, link: ids[2], entry: { position: 4 } })
  })

  test('is not ended by a place of another epoch, or of another log', async () => {
    await sql(`insert into "log" ("id", "epoch") values (1, 'other')`)
    const place = { position: 9, id: '' }
    expect(await history.endEpoch('another', place)).toBe(false)
    expect(await openLog(url, opened, { logId: 1 }).endEpoch('other', place)).toBe(true)
    expect(await openLog(url, opened, { logId: 7 }).endEpoch(epoch, place)).toBe(false)
    expect((await history.head()).epoch).toBe(epoch)
  })

  test('is ended by one of many callers that see the same', async () => {
    const callers = [openLog(url, opened), openLog(url, opened), history]
    const answers = await Promise.all(
      callers.flatMap((caller) =>
        [1, 2, 3].map(() => caller.endEpoch(epoch, { position: 9, id: '' })),
      ),
    )
    expect(answers.filter((ended) => ended)).toHaveLength(1)
    expect((await history.head()).epoch).not.toBe(epoch)
  })

  test('is not ended if an append has put the very message there while the call waited', async () => {
    const release = await holdLock(opened, url)
    const one = draft()
    const appended = history.append(one)
    await waiting(1)
    const ended = history.endEpoch(epoch, { position: 4, id: one.id })
    await waiting(2)
    await release()
    expect(await ended).toBe(false)
    expect((await appended).epoch).toBe(epoch)
    expect((await history.head()).epoch).toBe(epoch)
  })

  test('is ended if an append has put another message there while the call waited', async () => {
    const release = await holdLock(opened, url)
    const appended = history.append(draft())
    await waiting(1)
    const ended = history.endEpoch(epoch, { position: 4, id: uuid() })
    await waiting(2)
    await release()
    expect(await ended).toBe(true)
    expect((await appended).epoch).toBe(epoch)
    expect((await history.append(draft())).epoch).not.toBe(epoch)
  })

  test('is ended once, and its successor stays, if two calls wait in a row', async () => {
    const release = await holdLock(opened, url)
    const place = { position: 2, id: uuid() }
    const calls = [history, openLog(url, opened)].map((each) => each.endEpoch(epoch, place))
    await waiting(2)
    await release()
    expect(new Set(await Promise.all(calls))).toEqual(new Set([false, true]))
  })

  test('that cannot be looked at now is unavailable', async () => {
    const release = await holdLock(opened, url)
    await expect(history.endEpoch(epoch, { position: 9, id: '' })).rejects.toMatchObject({
      type: 'unavailable',
    })
    await release()
    expect((await history.head()).epoch).toBe(epoch)
  })

  test('is ended by a role that may only read the tables', async () => {
    const role = `reader_${new URL(url).pathname.slice(1)}`
    await sql(`create role ${role} login password 'reader'`)
    await sql(`grant select on "log", "channel", "message" to ${role}`)
    await sql(`grant execute on function end_epoch to ${role}`)
    const address = new URL(url)
    address.username = role
    address.password = 'reader'
    const reader = openLog(address.href, opened)
    expect(await reader.endEpoch(epoch, { position: 3, id: ids[2] ?? '' })).toBe(false)
    expect(await reader.endEpoch(epoch, { position: 9, id: '' })).toBe(true)
  })
})
