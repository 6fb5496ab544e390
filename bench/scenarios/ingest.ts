import { Agent } from 'node:http'
import { HttpPublisher, type HttpPublisherOptions } from '../load/httpPublisher.ts'
import { clock, dataOf } from '../load/messages.ts'
import { postLines } from '../load/postLines.ts'
import { pgbench } from '../load/pgbench.ts'
import { processorTimeOf } from '../machine/process.ts'
import {
  bare,
  ingest as causeway,
  libraries,
  prepareLog,
  prismaCreate,
  type PostServer,
  withoutAppend,
} from '../peers/ingest.ts'
import type { Figures } from '../report/figures.ts'
import { claim, type Claim, type Outcome } from '../report/results.ts'
import { format, median } from '../report/statistics.ts'
import { inTurn, type Plan } from '../scenario.ts'
import type { Testbed } from '../testbed.ts'

/** Connections that stay open, each with one post under way. */
const CONNECTIONS = 256
/** Messages in one NDJSON request, and in one transaction of pgbench. */
const BATCH = 500
/** Such requests, or transactions, under way at once. */
const BATCHES = 4
const CHANNELS = 1_000
const PGBENCH = 'pgbench'
const PGBENCH_LOG = 2
const POSTS = 'posts/s'
const HOT = 'posts/s to one channel'
const PROCESSOR = 'processor time of a post, µs'
const ROWS = `messages/s in batches of ${BATCH}`
const MISSING = 'answered, but not in the log'

/** Posts as fast as they are acknowledged, beside servers that do less. */
export async function ingest(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const seconds = plan.quick ? 1 : 10
  const servers = [causeway, withoutAppend, libraries, bare, prismaCreate].map((server) => ({
    name: server.name,
    measure: () => measure(testbed, server, seconds),
  }))
  const limit = { name: PGBENCH, measure: () => measurePgbench(testbed, seconds) }
  const figures = await inTurn(plan, [...servers, limit], (target) => target.measure())
  return {
    title: `Ingest: ${CONNECTIONS} connections that post without a pause`,
    method: [
      `Each server has a core to itself. Postgres and the client share the others. ${CONNECTIONS} connections stay open, and each has one post ` +
        `under way, to ${CHANNELS} channels in turn. Then all post to one channel. A post counts when it is acknowledged, which is after its commit.`,
      `"${withoutAppend.name}" is the same program, but an append is answered from memory. "${libraries.name}" takes posts by Express, publishes ` +
        `them by mqtt.js and does nothing else. "${bare.name}" parses a post and answers the same bytes. "${prismaCreate.name}" is a bare server too, which stores each message by itself. Processor time is that of the server's own process.`,
      `Batches: ${BATCHES} connections, each with one NDJSON request of ${BATCH} messages under way. ${PGBENCH} is Postgres' own load program in the ` +
        `place of ingest: as many clients, whose transactions write the same rows as an append, under the lock of a log.`,
    ],
    series: figures.series,
    claims: claimsOf(figures),
    charts: [POSTS],
  }
}

function claimsOf(figures: Figures): Claim[] {
  const share = (
    text: string,
    least: number,
    [one, metric]: [string, string],
    other: [string, string],
  ) => {
    const rates = figures.values(one, metric)
    const others = figures.values(...other)
    const ratio = median(rates.map((rate, round) => rate / (others[round] ?? NaN)))
    return claim(text, `${format(ratio)} times`, ratio >= least)
  }
  const posts: [string, string] = [causeway.name, POSTS]
  const missing = figures.sum(causeway.name, MISSING)
  return [
    share('At least 0.4 times a bare node:http server', 0.4, posts, [bare.name, POSTS]),
    share('At least 0.6 times the same program without the append', 0.6, posts, [
      withoutAppend.name,
      POSTS,
    ]),
    share('At least 4 times one prisma.create a post', 4, posts, [prismaCreate.name, POSTS]),
    share('One hot channel: at least 0.8 times many', 0.8, [causeway.name, HOT], posts),
    share(`Batches: at least 0.6 times ${PGBENCH}`, 0.6, [causeway.name, ROWS], [PGBENCH, ROWS]),
    claim('Whatever was acknowledged is in the log', `${missing} missing`, missing === 0),
  ]
}

const body = (sentAt: bigint): string => `{"data":${dataOf(sentAt)}}`

async function measure(
  testbed: Testbed,
  server: PostServer,
  seconds: number,
): Promise<Record<string, number>> {
  const { port, pid, stop } = await server.start(testbed)
  const many = { port, body, path: (at: number) => `/channels/bench.${at % CHANNELS}/messages` }
  const one = { port, body, path: () => '/channels/bench.hot/messages' }
  try {
    await post({ ...many, connections: CONNECTIONS }, seconds / 5)
    const before = await testbed.history.head()
    const used = processorTimeOf(pid)
    const spread = await post({ ...many, connections: CONNECTIONS }, seconds)
    const processor = ((processorTimeOf(pid) - used) * 1e6) / spread.count
    if (server !== causeway) return { [POSTS]: spread.rate, [PROCESSOR]: processor }
    const hot = await post({ ...one, connections: CONNECTIONS }, seconds)
    const batched = await postBatches(port, seconds)
    const { position } = await testbed.history.head()
    const acknowledged = spread.count + hot.count + batched.count
    return {
      [POSTS]: spread.rate,
      [PROCESSOR]: processor,
      [HOT]: hot.rate,
      [ROWS]: batched.rate,
      [MISSING]: acknowledged - (position - before.position),
    }
  } finally {
    await stop()
  }
}

interface Rate {
  count: number
  /** A second. */
  rate: number
}

/** Posts over all connections for some seconds. It throws if one is refused. */
async function post(options: HttpPublisherOptions, seconds: number): Promise<Rate> {
  const publisher = await HttpPublisher.open(options)
  const start = performance.now()
  let count = 0
  const postOn = async (): Promise<void> => {
    while (performance.now() - start < seconds * 1_000) {
      await publisher.publish(Array.from({ length: BATCH }, clock))
      count += BATCH
    }
  }
  // Two at once: no connection waits for the last response of the other.
  await Promise.all([postOn(), postOn()])
  const took = (performance.now() - start) / 1_000
  await publisher.close()
  return { count, rate: count / took }
}

/** Its answer begins before anything is stored, and ends after everything is: each line says what became of one message. */
async function postBatches(port: number, seconds: number): Promise<Rate> {
  let next = 0
  let count = 0
  const start = performance.now()
  const agent = new Agent({ keepAlive: true })
  const lineOf = (): string =>
    `{"channel":"bench.${next++ % CHANNELS}","data":${dataOf(clock())}}\n`
  const postAll = async (): Promise<void> => {
    while (performance.now() - start < seconds * 1_000) {
      const stored = await postLines(agent, port, Array.from({ length: BATCH }, lineOf).join(''))
      if (stored !== BATCH) throw new Error(`${BATCH - stored} of ${BATCH} messages were refused`)
      count += BATCH
    }
  }
  await Promise.all(Array.from({ length: BATCHES }, postAll))
  agent.destroy()
  return { count, rate: count / ((performance.now() - start) / 1_000) }
}

/** The log's row, the messages and their channels' rows: all that an append writes. It reads and checks nothing. */
async function measurePgbench(testbed: Testbed, seconds: number): Promise<Record<string, number>> {
  await prepareLog(testbed, PGBENCH_LOG)
  const { cores, dir, urls } = testbed
  // As many channels as the batches have, in turn: on fewer of them fewer pages of the indexes change.
  const channel = `'bench.' || ("head" - n) % ${CHANNELS}`
  const sql = `
    with moved as (
      update "log" set "head" = "head" + ${BATCH} where "id" = ${PGBENCH_LOG} returning "head"
    ), inserted as (
      insert into "message" ("log_id", "position", "previous", "id", "channel", "type", "sender_id", "sender_name", "data", "sent_at")
      select ${PGBENCH_LOG}, "head" - n, 0, gen_random_uuid(), ${channel}, 'message', 'bench', 'bench',
        '${dataOf(clock())}', now() from moved, generate_series(0, ${BATCH - 1}) n
    ) insert into "channel" as c ("log_id", "name", "head", "count")
    select ${PGBENCH_LOG}, ${channel}, "head" - n, 1 from moved, generate_series(0, ${BATCH - 1}) n
    on conflict ("log_id", "name") do update set "head" = excluded."head", "count" = c."count" + 1`
  const options = { databaseUrl: urls.databaseUrl, cores: cores.server, dir, sql, seconds }
  const tps = await pgbench({ ...options, clients: BATCHES })
  return { [ROWS]: tps * BATCH }
}
