import { describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { holdLock } from '../test/support/holdLock.ts'
import { appendBefore, fill, nth } from '../test/support/logBefore.ts'
import { ALL_MIGRATIONS } from '../test/support/migrationProgram.ts'
import { TestDeployment } from '../test/support/testDeployment.ts'
import { draft, openLog, type Sql } from '../test/support/testLog.ts'
import { runbookSql } from '../test/support/runbookSql.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import { waitFor } from '../test/support/waitFor.ts'

const opened = disposables()

const OLD = ALL_MIGRATIONS.slice(0, 2)
const [BOUNDS = '', ABOUT = '', KEYS = '', PARTITIONS = ''] = ALL_MIGRATIONS.slice(2)
/** The code under test needs the newest schema. */
const LATER = ALL_MIGRATIONS.slice(6)

async function bringUpToDate(deployment: TestDeployment): Promise<void> {
  deployment.program.take(LATER)
  await deployment.migrate()
}

const messages = (sql: Sql): Promise<unknown[]> =>
  sql(`select "log_id", "position", "previous", "id"::text, "channel", "type", "sender_id", "sender_name",
    "data"::text, "data_bytes", "sent_at" from "message" order by "log_id", "position"`)

describe('the migration to partitions', () => {
  test('keeps every message, key, head and time of two logs, and appends go on', async () => {
    const deployment = await TestDeployment.create(opened, OLD)
    const { sql, url } = deployment
    await deployment.migrate()
    await sql(`insert into "log" ("id", "epoch") values (1, 'other')`)
    await fill(sql, 0, 1, 600)
    // Longer ago than any key is kept.
    await sql(`update "message" set "sent_at" = now() - interval '8 days'`)
    // And about as long ago as one can be.
    await fill(sql, 0, 601, 700)
    await sql(
      `update "message" set "sent_at" = now() - interval '167 hours' where "position" > 600`,
    )
    await fill(sql, 1, 1, 1_500)
    await fill(sql, 0, 701, 5_000)
    const told = [
      await messages(sql),
      await sql('select "id", "epoch", "head", "last_at" from "log" order by "id"'),
      await sql('select * from "channel" order by "log_id", "name"'),
    ]
    expect(told[0]).toHaveLength(6_500)

    const steps = [BOUNDS, ABOUT, KEYS, PARTITIONS]
    deployment.program.take(steps)
    expect(await deployment.migrate()).toBe(`Applied: ${steps.join(', ')}`)
    expect([
      await messages(sql),
      await sql('select "id", "epoch", "head", "last_at" from "log" order by "id"'),
      await sql('select * from "channel" order by "log_id", "name"'),
    ]).toEqual(told)

    await bringUpToDate(deployment)
    for (const [logId, first, last] of [
      [0, 601, 5_000],
      [1, 1, 1_500],
    ] as const) {
      const history = openLog(url, opened, { logId, keySeconds: 604_800 })
      const { id } = await history.head()
      const repeats = Array.from({ length: last - first + 1 }, (_, at) => nth(first + at))
      const keyed = repeats.filter(({ key }) => key !== null)
      const answers = await Promise.all(keyed.map((one) => history.append(one)))
      expect(answers.map(({ entry, repeated }) => [entry.position, repeated])).toEqual(
        keyed.map(({ key }) => [Number(key?.slice(1)), true]),
      )
      const { entry, link, repeated } = await history.append(nth(3 * last))
      expect([entry.position, repeated]).toEqual([last + 1, false])
      const { entries } = await history.scan({
        epoch: logId === 0 ? (await history.head()).epoch : 'other',
        after: last - 1,
        upTo: last,
        maxBytes: 1,
      })
      expect([JSON.parse(entries[0]?.json ?? '').id, link]).toEqual([id, id])
    }
    // An old key is new.
    const history = openLog(url, opened, { keySeconds: 604_800 })
    expect(await history.append(nth(600))).toMatchObject({ repeated: false })
  }, 60_000)

  test('takes over the keys that come while it runs', async () => {
    const deployment = await TestDeployment.create(opened, OLD)
    const { sql, url } = deployment
    await deployment.migrate()
    await fill(sql, 0, 1, 30)
    deployment.program.take([BOUNDS, ABOUT, KEYS])
    await deployment.migrate()
    await fill(sql, 0, 31, 60)
    deployment.program.take([PARTITIONS])
    await deployment.migrate()
    await bringUpToDate(deployment)
    const history = openLog(url, opened)
    for (const n of [3, 30, 33, 60]) {
      expect(await history.append(nth(n))).toMatchObject({ repeated: true, entry: { position: n } })
    }
    expect((await history.append(nth(1))).entry.position).toBe(61)
  })

  test('fails no append of the previous version, while it runs and afterwards', async () => {
    const deployment = await TestDeployment.create(opened, OLD)
    const { sql, url } = deployment
    await deployment.migrate()
    await fill(sql, 0, 1, 2_000)
    deployment.program.take([BOUNDS, ABOUT, KEYS, PARTITIONS])
    const over = new AbortController()
    const post = async (caller: number): Promise<number[]> => {
      const positions: number[] = []
      for (let count = 0; !over.signal.aborted || count < 100; count++) {
        positions.push(...(await appendBefore(sql, 0, [nth(caller * 1_000_000 + count)])))
      }
      return positions
    }
    const callers = [1, 2].map(post)
    await deployment.migrate().finally(() => over.abort())
    const positions = (await Promise.all(callers)).flat().sort((one, other) => one - other)
    expect(positions.length).toBeGreaterThan(100)
    expect(positions).toEqual(positions.map((_, at) => 2_001 + at))
    await bringUpToDate(deployment)
    const history = openLog(url, opened)
    const { position, id } = await history.head()
    expect(position).toBe(positions.at(-1))
    expect(await history.append(nth(1_000_002))).toMatchObject({ repeated: true })
    expect((await history.append(draft())).link).toBe(id)
  })

  test('of a long log makes a partition that reaches beyond its head', async () => {
    const deployment = await TestDeployment.create(opened, OLD)
    const { sql, url } = deployment
    await deployment.migrate()
    await sql(`update "log" set "head" = 12345677`)
    await fill(sql, 0, 1, 1)
    deployment.program.take([BOUNDS, ABOUT, KEYS, PARTITIONS])
    await deployment.migrate()
    await bringUpToDate(deployment)
    const history = openLog(url, opened)
    const { id } = await history.head()
    expect(await history.append(draft())).toMatchObject({ link: id, entry: { position: 12345679 } })
    expect(await sql(`select tableoid::regclass::text as "partition" from "message"`)).toEqual([
      { partition: 'message_0_20000000' },
      { partition: 'message_0_20000000' },
    ])
  })

  test('keeps partitions that an operator made beforehand, as the runbook says', async () => {
    const deployment = await TestDeployment.create(opened, OLD)
    const { sql, url } = deployment
    await deployment.migrate()
    await fill(sql, 0, 1, 10)
    const made = runbookSql('The step to partitions')
    expect(made).toHaveLength(2)
    for (const statement of made) await sql(statement)
    deployment.program.take([BOUNDS, ABOUT, KEYS, PARTITIONS])
    await deployment.migrate()
    await bringUpToDate(deployment)
    expect((await openLog(url, opened).append(draft())).entry.position).toBe(11)
    const about = await sql(`select from pg_indexes where indexdef like '%about IS NOT NULL%'`)
    expect(about).toHaveLength(2)
  })

  test.each([
    ['its first step', []],
    ['its last step', [BOUNDS, ABOUT, KEYS]],
  ])('waits in %s for a long read, and delays nobody meanwhile', async (_which, done) => {
    const deployment = await TestDeployment.create(opened, [...OLD, ...done])
    const { sql, url } = deployment
    await deployment.migrate()
    deployment.program.take([BOUNDS, ABOUT, KEYS, PARTITIONS])
    const release = await holdLock(opened, url, 'lock table "message" in access share mode')
    const migrated = deployment.migrate()
    await waitFor(async () => {
      const waiting =
        await sql(`select from pg_locks where mode = 'AccessExclusiveLock' and not granted
        and "database" = (select oid from pg_database where datname = current_database())`)
      return waiting.length > 0
    })
    // Each would be refused after a second and a half.
    await fill(sql, 0, 1, 300)
    expect(await sql(`select from pg_partitioned_table`)).toEqual([])
    await release()
    await migrated
    await bringUpToDate(deployment)
    expect((await openLog(url, opened).head()).position).toBe(300)
  })

  test('lets every role that could use the old tables use the new ones', async () => {
    const deployment = await TestDeployment.create(opened, OLD)
    const { sql } = deployment
    await deployment.migrate()
    const [writer, reader] = [uniquePrefix(), uniquePrefix()]
    for (const role of [writer, reader]) await sql(`create role ${role}`)
    await sql(`grant select, insert, update on "message", "channel", "log" to ${writer}`)
    await sql(`grant select on "message", "channel", "log" to ${reader}`)
    deployment.program.take([BOUNDS, ABOUT, KEYS, PARTITIONS])
    await deployment.migrate()
    const may = async (role: string): Promise<string> => {
      const [row] = await sql<{ may: string }>(`select concat_ws(' ',
        has_table_privilege('${role}', 'message', 'select'),
        has_table_privilege('${role}', 'message', 'insert'),
        has_table_privilege('${role}', 'idempotency', 'select'),
        has_table_privilege('${role}', 'idempotency', 'insert'),
        has_table_privilege('${role}', 'idempotency', 'update'),
        has_table_privilege('${role}', 'idempotency', 'delete')) as "may"`)
      return row?.may ?? ''
    }
    expect([await may(writer), await may(reader)]).toEqual(['t t t t t t', 't f f f f f'])
  })
})
