import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { v7 } from 'uuid'
import { MAX_EVENT_BYTES } from '../../contract/limits.ts'
import { eventBytes } from '../../contract/messageEvent.ts'
import { ingestConfig } from '../../ingest/config.ts'
import { service } from '../../stack/service.ts'
import type { Bed } from '../bed.ts'
import { countTemporaryFiles } from '../databaseCounters.ts'
import { format, median, percentile } from '../figures.ts'
import type { CrowdOptions, PagesRead } from '../pageReaders.ts'
import { type Posted, postAtRate } from '../postAtRate.ts'
import { memoryOf, watchMemory } from '../process.ts'
import type { Claim, Outcome } from '../results.ts'
import { Figures, inTurn, type Plan } from '../scenario.ts'

const READERS = 30
const POSTS_PER_SECOND = 100
/** Several pages. */
const CHANNEL_BYTES = 20_000_000
/** What the chart gives an ingest by default: memory in MiB, and of that the heap. */
const LIMIT_MIB = 384
const HEAP_MIB = Math.floor(LIMIT_MIB * 0.6)
const PARTS = 5
/** Of the readers' messages: the most by default, and the most that can be set. */
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

/** Readers of large pages without end, and what posts notice of them. */
export async function readers(bed: Bed, plan: Plan): Promise<Outcome> {
  const seconds = plan.quick ? 0.5 : 4
  const figures = new Figures(plan.say)
  await inTurn(plan, SIZES, (size) => measure(bed, figures, size, seconds))
  return {
    title: `History: ${READERS} readers of the largest messages, beside posts`,
    method: [
      `One ingest takes ${POSTS_PER_SECOND} posts a second, each counted from when it was due; then as many while ${READERS} readers ask for ` +
        `\`/history?limit=1000\` again and again, each as soon as it has a page whole; then without them again. Each of the three is measured in ${PARTS} parts of ${seconds} s; the figures are the medians of the parts. ` +
        `The readers' channel has messages that cannot be compressed: of the most that a message may have by default, or of the most that can be set. Ingest has the heap that the chart gives it. The readers share their core with Postgres.`,
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
    {
      text: `Posts' p99 at most doubles, ${name}`,
      shown: `${format(ratio)} times`,
      holds: ratio <= 2,
    },
    {
      text: `No post and no page fails, ${name}`,
      shown: `${posts} posts and ${pages} pages failed`,
      holds: posts + pages === 0,
    },
    {
      text: `Memory below the ${LIMIT_MIB} MiB that the chart gives, ${name}`,
      shown: `${format(most)} MB`,
      holds: most * 1e6 < LIMIT_MIB * 1_048_576,
    },
    {
      text: `Postgres writes no temporary file, ${name}`,
      shown: `${files} written`,
      holds: files === 0,
    },
  ]
}

async function measure(bed: Bed, figures: Figures, size: Size, seconds: number): Promise<void> {
  const channel = await fill(bed, size.bytes)
  const spec = await service({
    ...bed.urls,
    role: 'ingest',
    index: 1,
    redisPrefix: bed.fresh('bench'),
    mqttPrefix: bed.fresh('bench'),
    copyKeys: bed.copyKeys,
    env: {
      MAX_BODY_BYTES: String(2 * size.bytes),
      MAX_EVENT_BYTES: String(size.bytes),
      LOG_LEVEL: 'warn',
      NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}`,
    },
  })
  const ingest = await bed.serve(spec)
  const posts = (): Promise<Posted> =>
    postAtRate({ port: spec.port, channel: 'bench.posts', perSecond: POSTS_PER_SECOND, seconds })
  try {
    await posts()
    const before = await inParts(posts)
    const filesBefore = await countTemporaryFiles(bed.urls.databaseUrl)
    const stopWatching = watchMemory(ingest.pid ?? 0)
    const path = `/history?channel=${channel}&limit=1000`
    const readingSeconds = (PARTS + 1) * seconds
    const reading = readAll({ port: spec.port, path, readers: READERS, seconds: readingSeconds })
    // Until all of them are there.
    await posts()
    const disturbed = await inParts(posts)
    const { pages, bytes, failed, seconds: took } = await reading
    const most = stopWatching()
    const after = await inParts(posts)
    const files = (await countTemporaryFiles(bed.urls.databaseUrl)) - filesBefore
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

/** The readers are in a thread of their own: the posts' clock is not to wait for them. */
async function readAll(options: CrowdOptions): Promise<PagesRead> {
  const worker = new Worker(new URL('../pageReaders.js', import.meta.url), { workerData: options })
  const [read]: PagesRead[] = await once(worker, 'message')
  await worker.terminate()
  if (read === undefined) throw new Error('the readers ended without a word')
  return read
}

/** Of several stretches: one moment in which the machine did something else is in one of them. */
async function inParts(posts: () => Promise<Posted>) {
  const parts: Posted[] = []
  for (let part = 0; part < PARTS; part++) parts.push(await posts())
  const each = (share: number) => parts.map(({ milliseconds }) => percentile(milliseconds, share))
  return {
    [P50]: median(each(0.5)),
    [P99]: median(each(0.99)),
    [WORST]: Math.max(...each(0.99)),
    [FAILED]: parts.reduce((sum, { failed }) => sum + failed, 0),
  }
}

/** A channel of messages of that size as events, of which no two parts are alike. */
async function fill(bed: Bed, bytes: number): Promise<string> {
  const channel = bed.fresh('bench-large-')
  const about = {
    channel,
    type: 'message',
    sender: { id: 'bench', name: 'bench' },
    principal: 'bench',
    key: null,
  }
  const room = bytes - eventBytes({ ...about, id: v7(), data: '""' })
  for (let written = 0; written < CHANNEL_BYTES; written += bytes) {
    await bed.history.append({ ...about, id: v7(), data: `"${randomText(room)}"` })
  }
  return channel
}

function randomText(length: number): string {
  return randomBytes(length).toString('base64').slice(0, length)
}
