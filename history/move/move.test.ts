import { beforeAll, describe, expect, test } from '@jest/globals'
import { formatAddress, parseAddress } from '../../chassis/address.ts'
import type { LayoutFile } from '../../chassis/layoutFile.ts'
import { disposables } from '../../test/support/disposables.ts'
import { ownPostgres } from '../../test/support/ownPostgres.ts'
import { draft, openLog, openSql, type Sql } from '../../test/support/testLog.ts'
import { waitFor } from '../../test/support/waitFor.ts'
import { createLogs } from '../createLogs.ts'
import type { LogWriter } from '../logWriter.ts'
import { grantRights } from '../roles.ts'
import { type Preparation, prepareMove } from './prepareMove.ts'
import { switchLog } from './switchLog.ts'

const MOVED = 3
const layout: LayoutFile = { logs: [{ id: 2 }, { id: MOVED }], rules: [] }
const opened = disposables()
let from: string
let to: string
let preparation: Preparation
let source: Sql
let target: Sql
/** The moved log, and the one that stays, by the ingest's own role at both addresses. */
let moved: LogWriter
let staying: LogWriter

beforeAll(async () => {
  const [old, next] = await Promise.all([
    ownPostgres(opened, 'wal_level=logical'),
    ownPostgres(opened),
  ])
  ;[from, to] = [old.url, next.url]
  const hosts = [from, to].flatMap((url) => parseAddress(url, 5_432)?.hosts ?? [])
  const url = new URL(from)
  Object.assign(url, { username: 'causeway_ingest', password: 'word' })
  const both = formatAddress({ url, hosts })
  const addresses = { ingest: both }
  await createLogs(from, layout, [2, MOVED])
  await grantRights(from, addresses)
  preparation = { log: MOVED, from, to, fromThere: from, layout, addresses }
  source = openSql(from, opened)
  target = openSql(to, opened)
  moved = openLog(both, opened, { logId: MOVED })
  staying = openLog(both, opened, { logId: 2 })
}, 120_000)

const contents = (sql: Sql, table: string): Promise<unknown[]> =>
  sql(`select to_jsonb(t)::text as "row" from "${table}" t where "log_id" = ${MOVED} order by 1`)

/** Appends until it is stopped; returns what was acknowledged, and how often it was refused. */
function appending(log: LogWriter): {
  stop: () => Promise<{ acknowledged: string[]; refused: number }>
} {
  const acknowledged: string[] = []
  const stopping = new AbortController()
  let refused = 0
  const append = async (key: string): Promise<boolean> => {
    try {
      const { entry } = await log.append(draft({ key }))
      acknowledged.push(JSON.parse(entry.json).id)
      return true
    } catch {
      refused++
      return stopping.signal.aborted
    }
  }
  const work = async (): Promise<void> => {
    for (let count = 0; !stopping.signal.aborted; count++) {
      while (!(await append(`k${count}`))) continue
    }
  }
  const working = work()
  return {
    stop: async () => {
      stopping.abort()
      await working
      return { acknowledged, refused }
    },
  }
}

describe('a log that is moved to another Postgres', () => {
  test('is copied while it is appended to, refuses for a moment only, and goes on there, without loss; other logs notice nothing', async () => {
    const first = await moved.append(draft({ data: '{"text":"old"}' }))
    await moved.append(draft({ about: { position: 1, as: 'reply' } }))
    await moved.append(
      draft({ type: 'reaction', data: '{"name":"+1"}', about: { position: 1, as: 'reaction' } }),
    )
    const { epoch } = first
    const posts = appending(moved)
    const others = appending(staying)
    await prepareMove(preparation)
    // Again, as after an interruption.
    await prepareMove(preparation)
    const { closedMs, head } = await switchLog(preparation, () => {})
    expect(closedMs).toBeLessThan(20_000)
    await waitFor(
      async () => (await moved.head().catch(() => ({ position: 0 }))).position > head,
      30,
    )
    const { acknowledged } = await posts.stop()
    expect((await others.stop()).refused).toBe(0)
    const rows = await target<{ position: number; id: string }>(
      `select "position"::int as "position", "id"::text as "id" from "message" where "log_id" = ${MOVED} order by "position"`,
    )
    expect(rows.map(({ position }) => position)).toEqual(rows.map((_, at) => at + 1))
    expect(rows.slice(3).map(({ id }) => id)).toEqual(acknowledged)
    expect(await moved.head()).toMatchObject({ epoch, position: rows.length })
    expect((await moved.message('lobby', 1))?.json).toBe(first.entry.json)
    for (const table of ['fold', 'reaction']) {
      expect([table, await contents(target, table)]).toEqual([table, await contents(source, table)])
    }
    const known = await source<{ position: number }>(
      `select max("position")::int as "position" from "message" where "log_id" = ${MOVED}`,
    )
    expect(known).toEqual([{ position: head }])
  }, 120_000)

  test('is refused in the old one, also by who knows no other, and an application is told', async () => {
    const old = openLog(from, opened, { logId: MOVED })
    await expect(old.append(draft())).rejects.toMatchObject({ type: 'unavailable' })
    const { epoch, position } = await old.head()
    await expect(old.endEpoch(epoch, { position: position + 9, id: '' })).rejects.toMatchObject({
      type: 'unavailable',
    })
    await expect(
      source(`select causeway_publish('lobby', '1', log => ${MOVED}::smallint)`),
    ).rejects.toThrow('log 3 does not exist')
  })

  test('leaves no publication, subscription or slot behind', async () => {
    expect(await source('select from pg_publication')).toEqual([])
    expect(await source('select from pg_replication_slots')).toEqual([])
    expect(await target('select from pg_subscription')).toEqual([])
  })

  test('cannot be moved again, nor over a log that is there', async () => {
    await expect(prepareMove(preparation)).rejects.toThrow('Log 3 is not in the old database.')
    const back = { ...preparation, log: 2 }
    await createLogs(to, layout, [2])
    await expect(prepareMove(back)).rejects.toThrow('The new database has a log 2 of its own.')
  })
})
