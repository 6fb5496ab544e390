import { beforeAll, expect, test } from '@jest/globals'
import { grantRights } from './roles.ts'
import { nameIn, runSql } from '../stack/sql.ts'
import { describeUnless } from '../test/support/describeUnless.ts'
import { disposables } from '../test/support/disposables.ts'
import { lackOf } from '../test/support/lackOf.ts'
import { ownPgbouncer } from '../test/support/ownPgbouncer.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql } from '../test/support/testLog.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import { Problem } from '../contract/problem.ts'
import { LogReader } from './logReader.ts'

const opened = disposables()
const lack = lackOf('pgbouncer')
const [INGEST, GATEWAY, STRANGER] = ['ingest', 'gateway', 'stranger'].map(
  (role) => `${uniquePrefix()}_${role}`,
)
let databaseUrl: string
let through: (user: string) => string

beforeAll(async () => {
  if (lack !== undefined) return
  databaseUrl = await testDatabase()
  await runSql(databaseUrl, `alter database "${nameIn(databaseUrl)}" set timezone = 'Asia/Tokyo'`)
  const users = { [INGEST ?? '']: 'i', [GATEWAY ?? '']: 'g', [STRANGER ?? '']: 's' }
  through = await ownPgbouncer(opened, databaseUrl, users)
  // Its roles are not there yet: the migration does not ask PgBouncer.
  await grantRights(databaseUrl, {
    ingest: through(INGEST ?? ''),
    gateway: through(GATEWAY ?? ''),
  })
  const stranger = `create role "${STRANGER}" login superuser password 's'`
  await runSql(databaseUrl, stranger)
}, 60_000)

/** As a client does: on a busy machine a connection may come too late, and a key makes each repeat safe. */
async function untilThere<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Problem) || error.type === 'internal') throw error
    }
  }
}

describeUnless(lack)('Behind PgBouncer in transaction mode', () => {
  test('many writers and readers share two connections: each message once, in order, at its time', async () => {
    const logs = Array.from({ length: 4 }, () => openLog(through(INGEST ?? ''), opened))
    const reader = new LogReader({
      databaseUrl: through(GATEWAY ?? ''),
      connections: 8,
      logId: 0,
      onError: () => {},
    })
    opened.add(() => reader.close())
    const before = Date.now()
    const done = new AbortController()
    const reads = Array.from({ length: 8 }, async (_, at) => {
      while (!done.signal.aborted) {
        const { epoch, position } = await untilThere(() => reader.head())
        const query = { channels: [`c${at}`], limit: 1_000, order: 'asc' as const, epoch }
        const { entries } = await untilThere(() => reader.page(query))
        expect(entries.every(({ previous }, index) => index === 0 || previous > 0)).toBe(true)
        await untilThere(() =>
          reader.scan({
            epoch,
            after: Math.max(0, position - 100),
            upTo: position,
            maxBytes: 1e6,
          }),
        )
      }
    })
    // Each key twice, by two writers.
    const posts = logs.flatMap((log, which) =>
      Array.from({ length: 100 }, (_, at) =>
        untilThere(() => log.append(draft({ channel: `c${at % 8}`, key: `${which % 2} ${at}` }))),
      ),
    )
    const appended = await Promise.all(posts)
    done.abort()
    await Promise.all(reads)
    const positions = new Set(appended.map(({ entry }) => entry.position))
    expect([...positions].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 200 }, (_, at) => at + 1),
    )
    const { epoch } = await untilThere(() => reader.head())
    const { entries } = await reader.range({
      epoch,
      channels: Array.from({ length: 8 }, (_, at) => `c${at}`),
      after: 0,
      upTo: 200,
      limit: 500,
      maxBytes: 1e7,
    })
    const byPosition = new Map(appended.map(({ entry }) => [entry.position, entry]))
    expect(entries.map((entry) => byPosition.get(entry.position))).toEqual(entries)
    for (const { json } of entries) {
      const sentAt = new Date(JSON.parse(json).sentAt).getTime()
      expect(Math.abs(sentAt - before)).toBeLessThan(60_000)
    }
  }, 60_000)

  test('a writer whose batches are full sends the next before the answer to the last, and keeps its order', async () => {
    const log = openLog(through(INGEST ?? ''), opened)
    const posts = Array.from({ length: 3_000 }, (_, at) =>
      untilThere(() => log.append(draft({ channel: 'many', key: `${at}` }))),
    )
    const positions = (await Promise.all(posts)).map(({ entry }) => entry.position)
    const first = positions[0] ?? 0
    expect(positions).toEqual(posts.map((_, at) => first + at))
  }, 60_000)

  test('a transaction of several statements stays on one connection', async () => {
    const log = openLog(through(INGEST ?? ''), opened)
    const sql = openSql(databaseUrl, opened)
    for (let count = 0; count < 10; count++) {
      await sql(`select causeway_publish('outbox', '${count}')::text`)
    }
    expect(await log.moveOutbox(65_000)).toHaveLength(10)
    expect(await log.moveOutbox(65_000)).toEqual([])
    await log.check()
  })

  test('a role without the settings of a service is refused: its times would be wrong', async () => {
    const log = openLog(through(STRANGER ?? ''), opened)
    await expect(log.head()).rejects.toMatchObject({ type: 'unavailable' })
    await expect(log.head().catch(({ cause }) => String(cause))).resolves.toMatch(/TimeZone/)
  })
})
