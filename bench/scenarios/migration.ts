import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from '../../history/pool.ts'
import { ALL_MIGRATIONS, MigrationProgram } from '../../test/support/migrationProgram.ts'
import { runSql, withDatabase } from '../../stack/sql.ts'
import { AppendLoad } from '../appendLoad.ts'
import type { Testbed } from '../testbed.ts'
import { format } from '../figures.ts'
import { fillOldSchema } from '../oldSchema.ts'
import type { Outcome } from '../results.ts'
import { Figures, inTurn, type Plan } from '../scenario.ts'

/** The first migrations make the schema that has no partitions yet. */
const [OLD, NEW] = [ALL_MIGRATIONS.slice(0, 2), ALL_MIGRATIONS.slice(2)]
const CALLERS = 2
const BATCH = 10
const BEFORE = 'before'
const DURING = 'while it runs'
const AFTER = 'after'

/** The migration to partitions of a large log, while an ingest of the version before goes on posting. */
export async function migration(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const messages = plan.quick ? 20_000 : 1_000_000
  const figures = new Figures(plan.print)
  await inTurn(plan, [{ name: DURING }], () => measure(testbed, figures, messages, plan.quick ? 1 : 5))
  const failed = figures.sum(DURING, 'posts that failed')
  const waited = Math.max(...figures.values(DURING, 'longest wait of a post, ms'))
  return {
    title: `The migration to partitions: ${format(messages)} messages`,
    method: [
      `A log of the schema before partitions is migrated by \`dist/history/main.js\`; every fourth message has an idempotency key. Before, ` +
        `meanwhile and after, ${CALLERS} sessions append batches of ${BATCH} messages as an ingest of the version before does, one batch after the other, ` +
        `and another session reads a message again and again. A wait is the time of one such call.`,
      `The steps' times are from Prisma's own table, and a step's lock on \`message\` is held for no longer than the step. Posts wait for ACCESS EXCLUSIVE ` +
        `and SHARE, reads only for ACCESS EXCLUSIVE.`,
    ],
    series: figures.series,
    claims: [
      { text: 'No post fails', shown: `${failed} failed`, holds: failed === 0 },
      {
        text: 'No post waits as long as an ingest waits for a lock, 1,500 ms',
        shown: `${format(waited)} ms`,
        holds: waited < 1_500,
      },
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
