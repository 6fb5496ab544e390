import { randomBytes } from 'node:crypto'
import { v7 } from 'uuid'
import { MAX_EVENT_BYTES } from '../../contract/limits.ts'
import { eventBytes } from '../../contract/messageEvent.ts'
import { ingestConfig } from '../../ingest/config.ts'
import type { Testbed } from '../testbed.ts'
import { countTemporaryFiles } from '../machine/databaseCounters.ts'
import { format, median, percentile } from '../report/statistics.ts'
import { readPages } from '../load/readPages.ts'
import { type Answered, postAtRate } from '../load/atRate.ts'
import { memoryOf, watchMemory } from '../machine/process.ts'
import { claim, type Claim, type Outcome } from '../report/results.ts'
import type { Figures } from '../report/figures.ts'
import { inTurn, type Plan } from '../scenario.ts'

const READERS = 30
const POSTS_PER_SECOND = 100
/** Several pages. */
const CHANNEL_BYTES = 20_000_000
/** The chart's default for an ingest: memory in MiB, and its part for the heap. */
const LIMIT_MIB = 384
const HEAP_MIB = Math.floor(LIMIT_MIB * 0.6)
const PARTS = 5
/** Sizes of the readers' messages: the default limit, and the highest limit that can be set. */
const SIZES = [ingestConfig.shape.MAX_EVENT_BYTES.parse(undefined), MAX_EVENT_BYTES].map(
  (bytes) => {
    const size = `${format(bytes)} bytes`
    return {
      name: size,
      bytes,
      before: `${size}: before`,
      beside: `${size}: beside readers`,
      after: `${size}: after`,
    }
  },
)
type Size = (typeof SIZES)[number]
const P50 = 'median of a post, ms'
const P99 = 'p99 of a post, ms'
const WORST = 'p99 in the worst part, ms'
const RATIO = 'p99, times that before and after'
const FAILED = 'posts refused or without an answer'
const PAGES = 'pages/s'
const RATE = 'MB/s of pages'
const REFUSED = 'pages refused or broken off'
const FILES = 'temporary files of Postgres'
const MOST = 'MB of ingest at most'

/** Readers that ask for large pages without end, and their effect on posts. */
export async function readers(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const seconds = plan.quick ? 0.5 : 4
  const figures = await inTurn(plan, SIZES, (size, found) => measure(testbed, found, size, seconds))
  return {
    title: `History: ${READERS} readers of the largest messages, beside posts`,
    method: [
      `One ingest takes ${POSTS_PER_SECOND} posts a second, each timed from when it was due. Then it takes as many beside ${READERS} readers, and ` +
        `then without them again. Each reader asks for \`/history?limit=1000\` again and again, as soon as it has a whole page. Each phase is ` +
        `measured in ${PARTS} parts of ${seconds} s; the figures are the medians of the parts.`,
      `The readers' channel has messages that cannot be compressed. They are as large as the default limit allows, or as large as any ` +
        `setting allows. Ingest has the chart's heap. The readers share their core with Postgres.`,
    ],
    series: figures.series,
    claims: SIZES.flatMap((size) => claimsOf(figures, size)),
    charts: [P99],
  }
}

function claimsOf(figures: Figures, { name, before, beside, after }: Size): Claim[] {
  const ratio = figures.median(beside, RATIO)
  const most = Math.max(...figures.values(beside, MOST))
  const posts = [before, beside, after].reduce((sum, each) => sum + figures.sum(each, FAILED), 0)
  const pages = figures.sum(beside, REFUSED)
  const files = figures.sum(beside, FILES)
  return [
    claim(`Posts' p99 at most doubles, ${name}`, `${format(ratio)} times`, ratio <= 2),
    claim(
      `No post and no page fails, ${name}`,
      `${posts} posts and ${pages} pages failed`,
      posts + pages === 0,
    ),
    claim(
      `Memory below the ${LIMIT_MIB} MiB that the chart gives, ${name}`,
      `${format(most)} MB`,
      most * 1e6 < LIMIT_MIB * 1_048_576,
    ),
    claim(`Postgres writes no temporary file, ${name}`, `${files} written`, files === 0),
  ]
}

async function measure(
  testbed: Testbed,
  figures: Figures,
  size: Size,
  seconds: number,
): Promise<void> {
  const channel = await fill(testbed, size.bytes)
  const spec = await testbed.service('ingest', testbed.fresh('bench'), {
    MAX_BODY_BYTES: String(2 * size.bytes),
    MAX_EVENT_BYTES: String(size.bytes),
    LOG_LEVEL: 'warn',
    NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}`,
  })
  const ingest = await testbed.serve(spec)
  const posts = (): Promise<Answered> =>
    postAtRate({ port: spec.port, channel: 'bench.posts', perSecond: POSTS_PER_SECOND, seconds })
  try {
    await posts()
    const before = await inParts(posts)
    const filesBefore = await countTemporaryFiles(testbed.urls.databaseUrl)
    const stopWatching = watchMemory(ingest.pid ?? 0)
    // The ends of the same messages; readers of one and the same page would get it from one read.
    const paths = Array.from(
      { length: READERS },
      (_, at) => `/history?channel=${channel}&limit=${1_000 - at}`,
    )
    const readingSeconds = (PARTS + 1) * seconds
    const reading = readPages({ port: spec.port, paths, readers: READERS, seconds: readingSeconds })
    // Until all of them are there.
    await posts()
    const disturbed = await inParts(posts)
    const { pages, bytes, failed, seconds: took } = await reading
    const most = stopWatching()
    const after = await inParts(posts)
    const files = (await countTemporaryFiles(testbed.urls.databaseUrl)) - filesBefore
    figures.add(size.before, before)
    figures.add(size.beside, {
      ...disturbed,
      [RATIO]: (disturbed[P99] * 2) / (before[P99] + after[P99]),
      [PAGES]: pages / took,
      [RATE]: bytes / took / 1e6,
      [REFUSED]: failed,
      [FILES]: files,
      [MOST]: most / 1e6,
    })
    figures.add(size.after, { ...after, [MOST]: memoryOf(ingest.pid ?? 0) / 1e6 })
  } finally {
    await ingest.stop()
  }
}

/** Posts in several parts: a moment in which the machine did something else spoils only one of them. */
async function inParts(posts: () => Promise<Answered>) {
  const parts: Answered[] = []
  for (let part = 0; part < PARTS; part++) parts.push(await posts())
  const each = (share: number) => parts.map(({ milliseconds }) => percentile(milliseconds, share))
  return {
    [P50]: median(each(0.5)),
    [P99]: median(each(0.99)),
    [WORST]: Math.max(...each(0.99)),
    [FAILED]: parts.reduce((sum, { failed }) => sum + failed, 0),
  }
}

/** Fills a channel with messages whose events have that size and cannot be compressed. */
async function fill(testbed: Testbed, bytes: number): Promise<string> {
  const channel = testbed.fresh('bench-large-')
  const about = {
    channel,
    type: 'message',
    sender: { id: 'bench', name: 'bench' },
    principal: 'bench',
    key: null,
  }
  const room = bytes - eventBytes({ ...about, id: v7(), data: '""' })
  for (let written = 0; written < CHANNEL_BYTES; written += bytes) {
    await testbed.history.append({ ...about, id: v7(), data: `"${randomText(room)}"` })
  }
  return channel
}

function randomText(length: number): string {
  return randomBytes(length).toString('base64').slice(0, length)
}
