import { RetentionLog } from '../../history/retention.ts'
import { readMetric } from '../../stack/readMetric.ts'
import { nameIn, runSql } from '../../stack/sql.ts'
import { seededDatabase } from '../freshDatabase.ts'
import { postAtRate, type Answered } from '../load/atRate.ts'
import { claim, type Outcome } from '../report/results.ts'
import { format, percentile } from '../report/statistics.ts'
import { inTurn, type Plan } from '../scenario.ts'
import type { Testbed } from '../testbed.ts'

const POSTS_PER_SECOND = 500
/** Of the posts, none of which goes. */
const CHANNEL = 'bench.posts'
/** Of each channel, the newest. */
const KEPT = 100
const P50 = 'median of a post, ms'
const P99 = 'p99 of a post, ms'
const RATIO = 'p99, times that before'
const FAILED = 'posts refused or without an answer'
const REMOVED = 'messages removed/s'
const LEFT = 'messages left that should be gone'
/** A removal that takes longer has failed. */
const LONGEST_MS = 1_800_000

interface Rule {
  name: string
  rule: { days: number } | { messages: number }
  /** How many messages go. */
  countGoing: (log: RetentionLog) => Promise<number>
}

const RULES: Rule[] = [
  {
    name: 'by age',
    rule: { days: 1 },
    countGoing: (log) => log.positionBefore(86_400),
  },
  {
    name: 'by number',
    rule: { messages: KEPT },
    countGoing: async (log) => {
      let count = 0
      let channels = await log.channelsAfter('')
      for (let last = channels.at(-1); last !== undefined; last = channels.at(-1)) {
        for (const { messages } of channels) count += Math.max(0, messages - KEPT)
        channels = await log.channelsAfter(last.channel)
      }
      return count
    },
  },
]
const before = (name: string) => `before (${name})`

/** Millions of messages that ingest removes, beside posts. */
export async function retention(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const messages = plan.quick ? 50_000 : 5_000_000
  const figures = await inTurn(plan, RULES, async (rule, found) => {
    const measured = await measure(testbed, { rule, messages, print: plan.print })
    found.add(before(rule.name), measured.before)
    found.add(rule.name, {
      ...measured.beside,
      [RATIO]: measured.beside[P99] / measured.before[P99],
    })
  })
  const names = RULES.flatMap(({ name }) => [before(name), name])
  const sum = (metric: string) =>
    names.reduce((total, name) => total + figures.sum(name, metric), 0)
  return {
    title: `Retention: ${format(messages)} messages, most of which go, beside ${POSTS_PER_SECOND} posts/s`,
    method: [
      `The log is filled with ${format(messages)} messages of a year, on 10,000 channels. An ingest takes ${POSTS_PER_SECOND} posts a second, ` +
        `each timed from when it was due: until it begins to remove, and then until nothing is left to remove. By age it keeps a day; by ` +
        `number it keeps each channel's newest ${KEPT}.`,
    ],
    series: figures.series,
    claims: [
      ...RULES.map(({ name }) => {
        const ratio = figures.median(name, RATIO)
        return claim(`Posts' p99 at most doubles, ${name}`, `${format(ratio)} times`, ratio <= 2)
      }),
      claim('No post fails', `${sum(FAILED)} failed`, sum(FAILED) === 0),
      claim('All that should be gone is gone', `${sum(LEFT)} left`, sum(LEFT) === 0),
    ],
    charts: [P99],
  }
}

interface Task {
  rule: Rule
  messages: number
  print: Plan['print']
}

async function measure(testbed: Testbed, { rule, messages, print }: Task) {
  const databaseUrl = await seededDatabase(testbed, messages, print)
  const going = await countGoing(databaseUrl, rule)
  const spec = await testbed.service('ingest', testbed.fresh('bench'), {
    DATABASE_URL: databaseUrl,
    LOG_LEVEL: 'warn',
    RETENTION: JSON.stringify([
      { pattern: CHANNEL, days: 1 },
      { pattern: '**', ...rule.rule },
    ]),
  })
  const ingest = await testbed.serve(spec)
  const removed = () => readMetric(spec.metricsUrl, 'causeway_retention_removed_total')
  const posts = () =>
    postAtRate({ port: spec.port, channel: CHANNEL, perSecond: POSTS_PER_SECOND, seconds: 2 })
  try {
    await posts()
    // A pass comes once a minute.
    const answersBefore: Answered[] = []
    while ((await removed()) === 0) answersBefore.push(await posts())
    const began = performance.now()
    const beside: Answered[] = []
    const areGone = async () => (await removed()) >= going
    while (!(await areGone()) && performance.now() - began < LONGEST_MS) beside.push(await posts())
    const seconds = (performance.now() - began) / 1_000
    // The part in which the removal began belongs to neither.
    return {
      before: summary(answersBefore.slice(0, -1)),
      beside: {
        ...summary(beside),
        [REMOVED]: (await removed()) / seconds,
        [LEFT]: Math.max(0, going - (await removed())),
      },
    }
  } finally {
    await ingest.stop()
    await runSql(testbed.urls.databaseUrl, `drop database ${nameIn(databaseUrl)} with (force)`)
  }
}

async function countGoing(databaseUrl: string, rule: Rule): Promise<number> {
  const log = new RetentionLog({ databaseUrl, logId: 0, onError: () => {} })
  try {
    return await rule.countGoing(log)
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
