import { seededChannel } from '../../stack/seed/seed.ts'
import { runSql } from '../../stack/sql.ts'
import { seededDatabase } from '../freshDatabase.ts'
import { atRate } from '../load/atRate.ts'
import { exportAll } from '../load/exportAll.ts'
import { readBarePages } from '../load/readBarePages.ts'
import { readPages } from '../load/readPages.ts'
import { bytesPerMessage } from '../machine/diskBytes.ts'
import { memoryOf, watchMemory } from '../machine/process.ts'
import { MISSED_PER_SECOND, SEARCHES } from '../load/searches.ts'
import { withLog } from '../load/withLog.ts'
import type { Figures } from '../report/figures.ts'
import { claim, type Claim, type Outcome } from '../report/results.ts'
import { format, median, percentile } from '../report/statistics.ts'
import { inTurn, type Plan } from '../scenario.ts'
import type { Testbed } from '../testbed.ts'

const PAGES_PER_SECOND = 200
const READERS = 30
const LARGEST = seededChannel(1)
const SEARCHES_PER_SECOND = 50
const BARE = 'bare query'
const BARE_DIFFERENT = 'bare query, different pages'
const MANY = 'one page, as fast as it comes'
const DIFFERENT = 'different pages, as fast as they come'
const EXPORT = 'export'
const DISK = 'on disk'
const MEDIAN = 'median of an answer, ms'
const P95 = 'p95 of an answer, ms'
const P99 = 'p99 of an answer, ms'
const FAILED = 'refused or without an answer'
const RATE = 'pages/s'
const LINES = 'messages/s'
const LOST = 'messages missing'
const GROWTH = 'MB by which ingest grows'

/** Each reader has one of its own. */
const CHANNELS = Array.from({ length: READERS }, (_, at) => seededChannel(at + 1))
const pageOf = (channel: string): string => `/history?channel=${channel}&limit=50`

const sometime = (): string => new Date(Date.now() - Math.random() * 364 * 86_400_000).toISOString()

/** The ways to ask, in a log with so many messages. */
const readsOf = (messages: number) => {
  const page = pageOf(LARGEST)
  const ten = Array.from({ length: 10 }, (_, at) => `channel=${seededChannel(at + 1)}`).join('&')
  const anywhere = () => 1 + Math.floor(Math.random() * messages)
  return [
    { name: 'first page', path: () => page },
    { name: 'any depth', path: () => `${page}&before=${anywhere()}` },
    { name: 'deepest page', path: () => `${page}&before=${Math.ceil(messages / 1_000)}` },
    { name: 'by time', path: () => `${page}&order=asc&from=${sometime()}` },
    { name: 'ten channels', path: () => `/history?${ten}&limit=50` },
  ].map((read) => ({ ...read, perSecond: PAGES_PER_SECOND }))
}

/** Reads of a log of ten million messages. */
export async function history(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const messages = plan.quick ? 50_000 : 10_000_000
  const seconds = plan.quick ? 1 : 10
  const databaseUrl = await seededDatabase(testbed, messages, plan.print)
  const reads = readsOf(messages)
  await withLog(databaseUrl, async (log) => {
    while (await log.indexSome()) continue
  })
  plan.print('  all of them can be searched')
  // Postgres does both by itself some minutes later. Then they would be measured, and not the reads.
  await runSql(databaseUrl, 'vacuum (analyze)')
  await runSql(databaseUrl, 'checkpoint')
  const figures = await inTurn(plan, [{ name: 'Causeway' }], async (_target, found) => {
    const env = { DATABASE_URL: databaseUrl, LOG_LEVEL: 'warn' }
    const spec = await testbed.service('ingest', testbed.fresh('bench'), env)
    const ingest = await testbed.serve(spec)
    const { port } = spec
    try {
      // A fresh process is slow at first.
      await readPages({
        port,
        paths: CHANNELS.map(pageOf),
        readers: READERS,
        seconds: seconds / 2,
      })
      for (const { name, path, perSecond = SEARCHES_PER_SECOND } of [...reads, ...SEARCHES]) {
        const request = (): { path: string } => ({ path: path() })
        const { milliseconds, failed } = await atRate({ port, perSecond, seconds, request })
        const each = (share: number) => percentile(milliseconds, share)
        found.add(name, {
          [MEDIAN]: each(0.5),
          [P95]: each(0.95),
          [P99]: each(0.99),
          [FAILED]: failed,
        })
      }
      for (const [name, channels] of [
        [MANY, [LARGEST]],
        [DIFFERENT, CHANNELS],
      ] as const) {
        const paths = channels.map(pageOf)
        const read = await readPages({ port, paths, readers: READERS, seconds })
        found.add(name, { [RATE]: read.pages / read.seconds, [FAILED]: read.failed })
      }
      found.add(EXPORT, await measureExport(port, ingest.pid ?? 0, databaseUrl))
    } finally {
      await ingest.stop()
    }
    const bare = (channels: readonly string[]) =>
      readBarePages(testbed, { databaseUrl, channels, readers: READERS, seconds })
    found.add(BARE, { [RATE]: await bare([LARGEST]) })
    found.add(BARE_DIFFERENT, { [RATE]: await bare(CHANNELS) })
    found.add(DISK, await bytesPerMessage(databaseUrl))
  })
  return {
    title: `History: ${format(messages)} messages on 10,000 channels`,
    method: [
      `The messages are those of \`npm run seed\`. One ingest has a core to itself, and is asked for ${PAGES_PER_SECOND} pages of 50 messages a ` +
        `second, each timed from when it was due: of the largest channel, at its end, anywhere, near its beginning and from any time; and ` +
        `of the ten largest. Then it is asked for ${SEARCHES_PER_SECOND} searches a second, each for the newest twenty messages, or the best. Of those ` +
        `that look through many messages and find none it gets ${MISSED_PER_SECOND} a second.`,
      `Then ${READERS} readers ask for one page without a pause: those that wait for it together get it from one read. After that each asks ` +
        `for the page of another channel, so that nobody shares a read. "${BARE}" is the query for such a page, on the same core and over the ` +
        `same pool, whose rows nobody looks at. The export reads the largest channel whole.`,
    ],
    series: figures.series,
    claims: claimsOf(figures),
    charts: [P99],
  }
}

async function measureExport(port: number, pid: number, databaseUrl: string) {
  const before = memoryOf(pid)
  const stopWatching = watchMemory(pid)
  const { messages, seconds } = await exportAll(port, `/history?channel=${LARGEST}`)
  const growth = (stopWatching() - before) / 1e6
  const count = await withLog(databaseUrl, async (log) => (await log.channel(LARGEST)).messages)
  return { [LINES]: messages / seconds, [LOST]: count - messages, [GROWTH]: growth }
}

function claimsOf(figures: Figures): Claim[] {
  const slowest = (names: string[], metric: string) =>
    Math.max(...names.map((name) => figures.median(name, metric)))
  const times = (one: string, other: string) => {
    const others = figures.values(other, MEDIAN)
    return median(figures.values(one, MEDIAN).map((value, round) => value / (others[round] ?? NaN)))
  }
  const pages = ['first page', 'any depth', 'deepest page', 'by time']
  const [p99, p95] = [
    slowest(pages, P99),
    slowest(
      SEARCHES.map(({ name }) => name),
      P95,
    ),
  ]
  const [deepest, several] = [
    times('deepest page', 'first page'),
    times('ten channels', 'first page'),
  ]
  const shareOf = (name: string, bare: string): number =>
    median(
      figures.values(name, RATE).map((rate, at) => rate / (figures.values(bare, RATE)[at] ?? NaN)),
    )
  const all = [...pages, 'ten channels', ...SEARCHES.map(({ name }) => name), MANY, DIFFERENT]
  const failed = all.reduce((sum, name) => sum + figures.sum(name, FAILED), 0)
  const growth = Math.max(...figures.values(EXPORT, GROWTH))
  const lost = figures.sum(EXPORT, LOST)
  return [
    claim(
      `p99 of a page at most 10 ms at ${PAGES_PER_SECOND} pages/s`,
      `${format(p99)} ms`,
      p99 <= 10,
    ),
    claim(
      'The deepest page takes at most 1.3 times the first',
      `${format(deepest)} times`,
      deepest <= 1.3,
    ),
    claim(
      'Ten channels take at most twice as long as one',
      `${format(several)} times`,
      several <= 2,
    ),
    claim('p95 of a search at most 50 ms', `${format(p95)} ms`, p95 <= 50),
    ...(
      [
        ['One page of 50 for many', MANY, BARE],
        ['Different pages of 50', DIFFERENT, BARE_DIFFERENT],
      ] as const
    ).map(([what, name, bare]) => {
      const share = shareOf(name, bare)
      return claim(
        `${what}: at least half of the bare query`,
        `${format(share)} times`,
        share >= 0.5,
      )
    }),
    claim('No page fails', `${failed} failed`, failed === 0),
    claim(
      'An export is whole, and ingest grows by 64 MB at most',
      `${lost} missing, ${format(growth)} MB`,
      lost === 0 && growth <= 64,
    ),
  ]
}
