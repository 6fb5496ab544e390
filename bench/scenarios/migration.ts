import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from '../../history/pool.ts'
import { ALL_MIGRATIONS, MigrationProgram } from '../../test/support/migrationProgram.ts'
import { runSql, withDatabase } from '../../stack/sql.ts'
import { AppendLoad } from '../load/appendLoad.ts'
import type { Testbed } from '../testbed.ts'
import { format } from '../report/statistics.ts'
import { fillOldSchema } from '../load/oldSchema.ts'
import { claim, type Outcome } from '../report/results.ts'
import type { Figures } from '../report/figures.ts'
import { inTurn, type Plan } from '../scenario.ts'

/** The first migrations make the schema without partitions. */
const [OLD, NEW] = [ALL_MIGRATIONS.slice(0, 2), ALL_MIGRATIONS.slice(2)]
const CALLERS = 2
const BATCH = 10
const BEFORE = 'before'
const DURING = 'while it runs'
const AFTER = 'after'

/** The migration of a large log to partitions, while an ingest of the earlier version continues to post. */
export async function migration(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const messages = plan.quick ? 20_000 : 1_000_000
  const figures = await inTurn(plan, [{ name: DURING }], (_, found) =>
    measure(testbed, found, messages, plan.quick ? 1 : 5),
  )
  const failed = figures.sum(DURING, 'posts that failed')
  const waited = Math.max(...figures.values(DURING, 'longest wait of a post, ms'))
  return {
    title: `The migration to partitions: ${format(messages)} messages`,
    method: [
      `\`dist/history/main.js\` migrates a log of the schema before partitions, in which every fourth message has an idempotency key. Before, ` +
        `during and after the migration, ${CALLERS} sessions append batches of ${BATCH} messages as an ingest of the earlier version does, one batch after the other, ` +
        `and another session reads a message again and again. A wait is the time of one such call.`,
      `The steps' times are from Prisma's own table, and no step holds its lock on \`message\` for longer than the step takes. Posts wait for ACCESS EXCLUSIVE ` +
        `and SHARE, reads only for ACCESS EXCLUSIVE.`,
    ],
    series: figures.series,
    claims: [
      claim('No post fails', `${failed} failed`, failed === 0),
      claim(
        'No post waits as long as an ingest waits for a lock, 1,500 ms',
        `${format(waited)} ms`,
        waited < 1_500,
      ),
    ],
    charts: [],
  }
}

async function measure(
  testbed: Testbed,
  figures: Figures,
  messages: number,
  seconds: number,
): Promise<void> {
  const name = testbed.fresh('migration')
  await runSql(testbed.urls.databaseUrl, `create database ${name}`)
  const databaseUrl = withDatabase(testbed.urls.databaseUrl, name)
  const program = new MigrationProgram(OLD)
  const pool = new Pool({ databaseUrl, connections: CALLERS + 1, onError: () => {} })
  const load = new AppendLoad(pool, CALLERS, BATCH)
  try {
    await program.run(databaseUrl)
    await fillOldSchema(databaseUrl, messages)
    figures.add(BEFORE, await load.during(() => sleep(seconds * 1_000)))
    program.take(NEW)
    const began = performance.now()
    const meanwhile = await load.during(() => program.run(databaseUrl))
    const took = (performance.now() - began) / 1_000
    figures.add(DURING, { ...meanwhile, 'all of it, s': took, ...(await stepsOf(pool)) })
    figures.add(AFTER, await load.during(() => sleep(seconds * 1_000)))
  } finally {
    program.remove()
    await pool.close()
    await runSql(testbed.urls.databaseUrl, `drop database ${name}`)
  }
}

/** How long each step took, in milliseconds. */
async function stepsOf(pool: Pool): Promise<Record<string, number>> {
  const rows = await pool.query<{ name: string; ms: string }>(STEPS, [NEW])
  return Object.fromEntries(rows.map(({ name, ms }) => [`${name}: ${LOCKS[name]}, ms`, Number(ms)]))
}

/** The strongest lock that each step takes on the messages. */
const LOCKS: Record<string, string> = {
  bounds: 'ACCESS EXCLUSIVE',
  about: 'SHARE',
  keys: 'SHARE UPDATE EXCLUSIVE',
  partitions: 'ACCESS EXCLUSIVE',
}

const STEPS = `
  select split_part("migration_name", '_', 2) as "name",
    (extract(epoch from "finished_at" - "started_at") * 1000)::text as "ms"
  from _prisma_migrations where "migration_name" = any($1::text[]) order by "migration_name"`
