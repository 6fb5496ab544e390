import {
  type ApplicationRun,
  ORDERS,
  type Published,
  runApplications,
} from '../load/application.ts'
import { type Answered, postAtRate } from '../load/atRate.ts'
import { NumberReader } from '../load/numberReader.ts'
import { channelNames, untilLive } from '../peers/gateway.ts'
import { claim, type Outcome } from '../report/results.ts'
import { format, percentile } from '../report/statistics.ts'
import { inTurn, type Plan } from '../scenario.ts'
import type { Testbed } from '../testbed.ts'
import { comesTrue, waitFor } from '../../test/support/waitFor.ts'
import { Pool } from '../../history/pool.ts'

const NAME = 'Causeway'
const CALLS_PER_SECOND = 2_000
const POSTS_PER_SECOND = 200
const APPLICATIONS = { usual: 4, slow: 2 }
const CHANNELS = 16
const BACKLOG = 50_000
/** Of the backlog, in one transaction. */
const PART = 1_000
/** What the last messages may take to come. */
const LATE_SECONDS = 60
const IN_TIME_MS = 1_000

const CALLS = 'calls'
const COMMITTED = 'calls that were committed'
const MOVED = 'messages/s moved from a backlog'
const P50 = 'median from commit to reader, ms'
const P99 = 'p99 from commit to reader, ms'
const WORST = 'longest from commit to reader, ms'
const LATE = 'messages later than 1 s'
const LOST = 'committed, but not in the log'
const DOUBLED = 'twice in the log'
const PHANTOM = 'in the log, but rolled back'
const HOLES = 'positions without a message'
const WRONG = 'not delivered, delivered twice or out of order'
const FAILED = 'posts refused or not in the log'
const POST = 'p99 of a post beside, ms'

/** Applications that publish in their own transactions, beside posts. */
export async function outbox(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const calls = plan.quick ? 4_000 : 1_000_000
  const figures = await inTurn(plan, [{ name: NAME }], async () => ({
    [MOVED]: await emptyBacklog(testbed, plan.quick ? BACKLOG / 10 : BACKLOG),
    ...(await measure(testbed, calls, plan.print)),
  }))
  const none = (text: string, metric: string, word: string) => {
    const count = figures.sum(NAME, metric)
    return claim(text, `${format(count)} ${word}`, count === 0)
  }
  const late = figures.sum(NAME, LATE) / figures.sum(NAME, COMMITTED)
  return {
    title: `Outbox: applications that publish in their transactions`,
    method: [
      `${APPLICATIONS.usual} applications write ${format(CALLS_PER_SECOND)} rows of their own a second, and call \`causeway_publish\` for each in the same ` +
        `transaction, of up to 20 rows. One transaction in ten is rolled back. Those of ${APPLICATIONS.slow} more applications stay open for up to 4 s. ` +
        `${POSTS_PER_SECOND} posts a second go on beside them, each timed from when it was due.`,
      `Two ingests move the messages. A reader at a gateway notes when each comes: the time begins before \`commit\` is sent. Afterwards the ` +
        `applications' table is compared with the log. The backlog is ${format(BACKLOG)} messages that wait when the first ingest starts.`,
    ],
    series: figures.series,
    claims: [
      none('No message lost', LOST, 'lost'),
      none('No message doubled', DOUBLED, 'doubled'),
      none('What is rolled back leaves nothing', PHANTOM, 'left'),
      none('No hole in the positions', HOLES, 'holes'),
      none('Each delivered once, in order', WRONG, 'wrong'),
      none('No post fails', FAILED, 'failed'),
      claim(
        '99.9 % within a second of their commit',
        `${format((1 - late) * 100)} %`,
        late <= 0.001,
      ),
    ],
    charts: [P99],
  }
}

/** Messages that are moved each second if many wait. */
async function emptyBacklog(testbed: Testbed, count: number): Promise<number> {
  const { databaseUrl } = testbed.urls
  const pool = new Pool({ databaseUrl, connections: 1, onError: () => {} })
  const spec = await testbed.service('ingest', testbed.fresh('bench'))
  for (let waiting = 0; waiting < count; waiting += PART) {
    await pool.query(
      `select count(causeway_publish('bench.backlog', json_build_object('number', n), sender => 'service:bench'))
       from generate_series(1, $1::int) n`,
      [PART],
    )
  }
  await pool.close()
  const before = await testbed.history.head()
  const moved = async () => (await testbed.history.head()).position - before.position
  const ingest = await testbed.serve(spec)
  try {
    await waitFor(async () => (await moved()) > 0, LATE_SECONDS, 5)
    const [first, start] = [await moved(), performance.now()]
    await waitFor(async () => (await moved()) >= count, LATE_SECONDS, 20)
    return (count - first) / ((performance.now() - start) / 1_000)
  } finally {
    await ingest.stop()
  }
}

async function measure(
  testbed: Testbed,
  calls: number,
  print: Plan['print'],
): Promise<Record<string, number>> {
  const { databaseUrl } = testbed.urls
  const prefix = testbed.fresh('bench')
  const channels = channelNames(CHANNELS).map((name) => `${prefix}.${name}`)
  const pool = new Pool({ databaseUrl, connections: 1, onError: () => {} })
  // To compare everything takes longer than a service may.
  await pool.query(`set statement_timeout = '5min'`, [])
  await pool.query(`drop table if exists ${ORDERS}`, [])
  await pool.query(`create table ${ORDERS} (number bigint primary key)`, [])
  const [one, other, bridge, gateway] = await Promise.all([
    testbed.service('ingest', prefix),
    testbed.service('ingest', prefix),
    testbed.service('bridge', prefix),
    testbed.service('gateway', prefix),
  ])
  const services = [
    await testbed.start(bridge),
    await testbed.serve(one),
    await testbed.serve(other),
    await testbed.start(gateway),
  ]
  await untilLive(gateway.metricsUrl)
  const { position: base } = await testbed.history.head()
  const reader = await NumberReader.open({ port: gateway.port, channels }, calls)
  const published: Published = { calls: 0, committed: 0 }
  const run: ApplicationRun = {
    databaseUrl,
    channels,
    calls,
    perSecond: CALLS_PER_SECOND,
    committing: new Float64Array(calls),
  }
  let told = 0
  const ticker = setInterval(() => {
    if (published.calls < told + calls / 10) return
    told = published.calls
    print(`  ${format(told)} of ${format(calls)} calls, ${format(reader.count)} delivered`)
  }, 250)
  try {
    const posts = { port: one.port, channel: `${prefix}.posts`, perSecond: POSTS_PER_SECOND }
    const applications = runApplications(run, APPLICATIONS, published)
    const [answered] = await Promise.all([
      postAtRate({ ...posts, seconds: calls / CALLS_PER_SECOND }),
      applications,
    ])
    await comesTrue(() => reader.count >= published.committed, LATE_SECONDS)
    return {
      [CALLS]: published.calls,
      [COMMITTED]: published.committed,
      ...delaysOf(run, reader),
      ...(await compare(pool, { prefix, base })),
      [WRONG]: published.committed - reader.count + reader.doubled + reader.disordered,
      [FAILED]: answered.failed + (await missing(pool, posts.channel, answered)),
      [POST]: percentile(answered.milliseconds, 0.99),
    }
  } finally {
    clearInterval(ticker)
    reader.close()
    await pool.close()
    await Promise.all(services.map((service) => service.stop()))
  }
}

function delaysOf({ committing }: ApplicationRun, { came }: NumberReader): Record<string, number> {
  const delays = [...came].flatMap((time, number) =>
    time === 0 ? [] : [Math.max(0, time - (committing[number] ?? 0))],
  )
  return {
    [P50]: percentile(delays, 0.5),
    [P99]: percentile(delays, 0.99),
    [WORST]: delays.reduce((worst, each) => Math.max(worst, each), 0),
    [LATE]: delays.filter((each) => each > IN_TIME_MS).length,
  }
}

/** The applications' table against the log. */
async function compare(
  pool: Pool,
  { prefix, base }: { prefix: string; base: number },
): Promise<Record<string, number>> {
  const [row] = await pool.query<Record<string, string>>(
    `with stored as (
       select ("data" ->> 'number')::bigint as number, count(*) as times from "message"
       where "log_id" = 0 and "position" > $1::bigint and "channel" like $2 group by 1
     )
     select count(*) filter (where stored.number is null) as lost, count(*) filter (where times > 1) as doubled,
       count(*) filter (where o.number is null) as phantom,
       (select "head" - $1::bigint from "log" where "id" = 0)
         - (select count(*) from "message" where "log_id" = 0 and "position" > $1::bigint) as holes
     from ${ORDERS} o full join stored on stored.number = o.number`,
    [base, `${prefix}.bench.%`],
  )
  return {
    [LOST]: Number(row?.['lost']),
    [DOUBLED]: Number(row?.['doubled']),
    [PHANTOM]: Number(row?.['phantom']),
    [HOLES]: Number(row?.['holes']),
  }
}

/** Posts that were acknowledged and are not in the log, or the other way round. */
async function missing(pool: Pool, channel: string, { milliseconds }: Answered): Promise<number> {
  const [row] = await pool.query<{ count: string }>(
    `select count(*) from "message" where "log_id" = 0 and "channel" = $1`,
    [channel],
  )
  return Math.abs(Number(row?.count) - milliseconds.length)
}
