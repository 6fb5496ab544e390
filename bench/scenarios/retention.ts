import { LogReader } from '../../history/logReader.ts'
import { readMetric } from '../../stack/readMetric.ts'
import { nameIn, runSql } from '../../stack/sql.ts'
import { seededDatabase } from '../freshDatabase.ts'
import { postAtRate, type Answered } from '../load/atRate.ts'
import { claim, type Outcome } from '../report/results.ts'
import { format, percentile } from '../report/statistics.ts'
import { inTurn, type Plan } from '../scenario.ts'
import type { Testbed } from '../testbed.ts'

const POSTS_PER_SECOND = 500
const BEFORE = 'before'
const BESIDE = 'while messages are removed'
const P50 = 'median of a post, ms'
const P99 = 'p99 of a post, ms'
const RATIO = 'p99, times that before'
const FAILED = 'posts refused or without an answer'
const REMOVED = 'messages removed/s'
const LEFT = 'messages left that should be gone'
/** A removal that takes longer has failed. */
const LONGEST_MS = 1_800_000

/** Millions of messages that ingest removes, beside posts. */
export async function retention(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const messages = plan.quick ? 50_000 : 5_000_000
  const targets = [{ name: BEFORE }]
  const figures = await inTurn(plan, targets, async (_target, found) => {
    const { before, beside } = await measure(testbed, { messages, print: plan.print })
    found.add(BEFORE, before)
    found.add(BESIDE, { ...beside, [RATIO]: beside[P99] / before[P99] })
  })
  const ratio = figures.median(BESIDE, RATIO)
  const failed = figures.sum(BEFORE, FAILED) + figures.sum(BESIDE, FAILED)
  const left = figures.sum(BESIDE, LEFT)
  return {
    title: `Retention: ${format(messages)} messages removed, beside ${POSTS_PER_SECOND} posts/s`,
    method: [
      `The log is filled with ${format(messages)} messages of a year. An ingest that keeps a day of them takes ${POSTS_PER_SECOND} posts a second, ` +
        `each timed from when it was due: until it begins to remove, and then until nothing is left to remove.`,
    ],
    series: figures.series,
    claims: [
      claim("Posts' p99 at most doubles", `${format(ratio)} times`, ratio <= 2),
      claim('No post fails', `${failed} failed`, failed === 0),
      claim('All that is too old is gone', `${left} left`, left === 0),
    ],
    charts: [P99],
  }
}

async function measure(
  testbed: Testbed,
  { messages, print }: { messages: number; print: Plan['print'] },
) {
  const databaseUrl = await seededDatabase(testbed, messages, print)
  const old = await positionOfYesterday(databaseUrl)
  const spec = await testbed.service('ingest', testbed.fresh('bench'), {
    DATABASE_URL: databaseUrl,
    LOG_LEVEL: 'warn',
    RETENTION: '[{"pattern":"**","days":1}]',
  })
  const ingest = await testbed.serve(spec)
  const removed = () => readMetric(spec.metricsUrl, 'causeway_retention_removed_total')
  const posts = () =>
    postAtRate({ port: spec.port, channel: 'bench.posts', perSecond: POSTS_PER_SECOND, seconds: 2 })
  try {
    await posts()
    // A pass comes once a minute.
    const before: Answered[] = []
    while ((await removed()) === 0) before.push(await posts())
    const began = performance.now()
    const beside: Answered[] = []
    const gone = async () => (await removed()) >= old
    while (!(await gone()) && performance.now() - began < LONGEST_MS) beside.push(await posts())
    const seconds = (performance.now() - began) / 1_000
    // The part in which the removal began belongs to neither.
    return {
      before: summary(before.slice(0, -1)),
      beside: {
        ...summary(beside),
        [REMOVED]: (await removed()) / seconds,
        [LEFT]: Math.max(0, old - (await removed())),
      },
    }
  } finally {
    await ingest.stop()
    await runSql(testbed.urls.databaseUrl, `drop database ${nameIn(databaseUrl)} with (force)`)
  }
}

async function positionOfYesterday(databaseUrl: string): Promise<number> {
  const log = new LogReader({ databaseUrl, logId: 0, connections: 1, onError: () => {} })
  try {
    return await log.positionBefore(new Date(Date.now() - 86_400_000))
  } finally {
    await log.close()
  }
}

function summary(parts: readonly Answered[]) {
  const all = parts.flatMap(({ milliseconds }) => milliseconds)
  return {
    [P50]: percentile(all, 0.5),
    [P99]: percentile(all, 0.99),
    [FAILED]: parts.reduce((sum, { failed }) => sum + failed, 0),
  }
}
