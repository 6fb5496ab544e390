import { describe, expect, test } from '@jest/globals'
import { Problem } from '../contract/problem.ts'
import { disposables } from '../test/support/disposables.ts'
import { holdLock } from '../test/support/holdLock.ts'
import { faultsOf } from '../test/support/logFaults.ts'
import { ownPostgres } from '../test/support/ownPostgres.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql, type Sql } from '../test/support/testLog.ts'
import { waitFor } from '../test/support/waitFor.ts'

const opened = disposables()

/** What a call failed with, heard from its beginning on. */
async function problemOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return error instanceof Problem ? error.type : `no problem but ${String(error)}`
}

/** The process of a session that waits for the lock. */
async function waitingBackend(sql: Sql): Promise<number> {
  let pid: number | undefined
  await waitFor(async () => {
    const rows = await sql<{ pid: number }>(
      `select pid from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`,
    )
    pid = rows[0]?.pid
    return pid !== undefined
  })
  return pid ?? 0
}

describe('an append', () => {
  test('is refused while another session holds the lock, and nothing is stored', async () => {
    const url = await testDatabase()
    const history = openLog(url, opened)
    const release = await holdLock(opened, url)
    await expect(history.append(draft())).rejects.toMatchObject({ type: 'unavailable' })
    expect((await history.head()).position).toBe(0)
    await release()
    expect((await history.append(draft())).entry.position).toBe(1)
  })

  test('that takes too long is refused, and nothing is stored', async () => {
    const url = await testDatabase()
    const sql = openSql(url, opened)
    const history = openLog(url, opened)
    await sql(`create function slow() returns trigger language plpgsql
      as 'begin perform pg_sleep(60); return new; end'`)
    await sql(`create trigger slow before insert on "message" for each row execute function slow()`)
    await expect(history.append(draft())).rejects.toMatchObject({ type: 'unavailable' })
    await sql('drop trigger slow on "message"')
    expect((await history.append(draft())).entry.position).toBe(1)
  })

  test('whose session is ended has an unknown outcome, which its key then settles', async () => {
    const url = await testDatabase()
    const sql = openSql(url, opened)
    const history = openLog(url, opened)
    const release = await holdLock(opened, url)
    const one = draft({ key: 'k' })
    const lost = problemOf(history.append(one))
    await sql(`select pg_terminate_backend($1::int)`, await waitingBackend(sql))
    expect(await lost).toBe('outcome-unknown')
    await release()
    const settled = await history.append(one)
    expect(await history.append(one)).toEqual({ ...settled, repeated: true })
    expect(settled.entry.position).toBe(1)
  })
})

describe('a server', () => {
  test('that does not answer makes an outcome unknown, and is used again once it answers', async () => {
    const { url } = await ownPostgres(opened)
    const sql = openSql(url, opened)
    const history = openLog(url, opened)
    const release = await holdLock(opened, url)
    const lost = problemOf(history.append(draft()))
    const pid = await waitingBackend(sql)
    process.kill(pid, 'SIGSTOP')
    expect(await lost).toBe('outcome-unknown')
    process.kill(pid, 'SIGCONT')
    await release()
    await waitFor(async () => (await history.append(draft()).catch(() => undefined)) !== undefined)
  })

  test('that crashes and comes back has what it acknowledged, and goes on', async () => {
    const { url, server } = await ownPostgres(opened)
    const history = openLog(url, opened)
    const answers = await Promise.all([1, 2, 3].map(() => history.append(draft())))
    // "Immediate": no checkpoint, no goodbye, as after a power cut of this one server.
    await server.stop('SIGQUIT')
    await expect(history.append(draft())).rejects.toMatchObject({
      type: expect.stringMatching(/^(unavailable|outcome-unknown)$/),
    })
    await expect(history.append(draft())).rejects.toMatchObject({ type: 'unavailable' })
    await expect(history.head()).rejects.toMatchObject({ type: 'unavailable' })
    await expect(history.check()).rejects.toMatchObject({ type: 'unavailable' })
    await server.start()
    await waitFor(async () => (await history.append(draft()).catch(() => undefined)) !== undefined)
    for (const { entry } of answers) {
      expect(await history.message('lobby', entry.position)).toEqual(entry)
    }
  })

  test('that crashes under full batches has each message once: what was acknowledged, and what was sent again', async () => {
    const { url, server } = await ownPostgres(opened)
    const history = openLog(url, opened)
    const drafts = Array.from({ length: 6_000 }, (_, at) =>
      draft({ channel: `c${at % 7}`, key: `k${at}` }),
    )
    const acknowledged: number[] = []
    const answers = drafts.map(async (each) => {
      const { entry } = await history.append(each)
      acknowledged.push(entry.position)
    })
    const settled = Promise.allSettled(answers)
    // Two are under way, and others wait.
    await waitFor(() => acknowledged.length > 0, 20, 1)
    await server.stop('SIGQUIT')
    const failed = (await settled).flatMap((answer) =>
      answer.status === 'rejected' ? [String(answer.reason?.type)] : [],
    )
    expect(new Set(failed)).toEqual(new Set(['outcome-unknown', 'unavailable']))
    await server.start()
    await waitFor(async () => (await history.append(draft()).catch(() => undefined)) !== undefined)
    const again = await Promise.all(drafts.map((each) => history.append(each)))
    const positions = new Set(again.map(({ entry }) => entry.position))
    expect(positions.size).toBe(6_000)
    expect(acknowledged.filter((position) => !positions.has(position))).toEqual([])
    expect(await faultsOf(openSql(url, opened))).toEqual([])
  })

  test('that does not wait for its disk fails the check', async () => {
    const { url } = await ownPostgres(opened, 'fsync=off')
    await expect(openLog(url, opened).check()).rejects.toMatchObject({
      type: 'unavailable',
      detail: 'Postgres runs with fsync off.',
    })
  })
})

test('a reader whose session is ended gets unavailable', async () => {
  const url = await testDatabase()
  const sql = openSql(url, opened)
  const history = openLog(url, opened)
  const release = await holdLock(opened, url, 'lock table "message"')
  const lost = problemOf(history.message('lobby', 1))
  await sql(`select pg_terminate_backend($1::int)`, await waitingBackend(sql))
  expect(await lost).toBe('unavailable')
  await release()
  expect(await history.message('lobby', 1)).toBe(undefined)
})
