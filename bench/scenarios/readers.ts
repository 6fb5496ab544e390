import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { v7 } from 'uuid'
import { MAX_BODY_BYTES, MAX_EVENT_BYTES } from '../../contract/limits.ts'
import { eventBytes } from '../../contract/messageEvent.ts'
import { service } from '../../stack/service.ts'
import type { Bed } from '../bed.ts'
import { countTemporaryFiles } from '../databaseCounters.ts'
import { format, percentile } from '../figures.ts'
import type { CrowdOptions, PagesRead } from '../pageReaders.ts'
import { type Posted, postAtRate } from '../postAtRate.ts'
import { memoryOf, watchMemory } from '../process.ts'
import type { Outcome } from '../results.ts'
import { Figures, inTurn, type Plan } from '../scenario.ts'

const READERS = 30
const POSTS_PER_SECOND = 100
/** Enough for several pages of 4 MB, so that they are not one and the same. */
const MESSAGES = 40
/** What the chart gives an ingest by default: memory in MiB, and of that the heap. */
const LIMIT_MIB = 384
const HEAP_MIB = Math.floor(LIMIT_MIB * 0.6)
const BEFORE = { name: 'posts before' }
const WITH = { name: `posts, and ${READERS} readers` }
const AFTER = { name: 'posts after' }
const P50 = 'median of a post, ms'
const P99 = 'p99 of a post, ms'
const RATIO = 'p99, times that before and after'
const FAILED = 'posts refused or without an answer'
const PAGES = 'pages/s'
const RATE = 'MB/s of pages'
const REFUSED = 'pages refused or broken off'
const FILES = 'temporary files of Postgres'
const MOST = 'MB of ingest at most'

/** Readers of large pages without end, and what posts notice of them. */
export async function readers(bed: Bed, plan: Plan): Promise<Outcome> {
  const seconds = plan.quick ? 2 : 15
  const figures = new Figures(plan.say)
  const channel = await fill(bed)
  await inTurn(plan, [WITH], () => measure(bed, figures, channel, seconds))
  const ratio = figures.median(WITH.name, RATIO)
  const failed = [BEFORE, WITH, AFTER].reduce((sum, { name }) => sum + figures.sum(name, FAILED), 0)
  const files = figures.sum(WITH.name, FILES)
  const refused = figures.sum(WITH.name, REFUSED)
  const most = Math.max(...figures.values(WITH.name, MOST))
  return {
    title: `History: ${READERS} readers of the largest messages, beside posts`,
    method: [
      `One ingest takes ${POSTS_PER_SECOND} posts a second for ${seconds} s, each counted from when it was due; then as many while ${READERS} readers ask for ` +
        `\`/history?limit=1000\` again and again, each as soon as it has a page whole; then without them again. The readers' channel has ${MESSAGES} ` +
        `messages of ${format(MAX_EVENT_BYTES)} bytes, the most that can be configured, which cannot be compressed. Ingest has the heap that the chart gives it. The readers share their core with Postgres.`,
    ],
    series: figures.series,
    claims: [
      { text: 'No post fails', shown: `${failed} failed`, holds: failed === 0 },
      {
        text: "Posts' p99 at most doubles",
        shown: `${format(ratio)} times`,
        holds: ratio <= 2,
      },
      { text: 'No page fails', shown: `${refused} failed`, holds: refused === 0 },
      {
        text: `Memory below the ${LIMIT_MIB} MiB that the chart gives`,
        shown: `${format(most)} MB`,
        holds: most * 1e6 < LIMIT_MIB * 1_048_576,
      },
      { text: 'Postgres writes no temporary file', shown: `${files} written`, holds: files === 0 },
    ],
    charts: [P99],
  }
}

async function measure(
  bed: Bed,
  figures: Figures,
  channel: string,
  seconds: number,
): Promise<void> {
  const spec = await service({
    ...bed.urls,
    role: 'ingest',
    index: 1,
    redisPrefix: bed.fresh('bench'),
    mqttPrefix: bed.fresh('bench'),
    copyKeys: bed.copyKeys,
    env: {
      MAX_BODY_BYTES: String(MAX_BODY_BYTES),
      MAX_EVENT_BYTES: String(MAX_EVENT_BYTES),
      LOG_LEVEL: 'warn',
      NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}`,
    },
  })
  const ingest = await bed.serve(spec)
  const posts = (): Promise<Posted> =>
    postAtRate({ port: spec.port, channel: 'bench.posts', perSecond: POSTS_PER_SECOND, seconds })
  try {
    await posts()
    const before = await posts()
    const filesBefore = await countTemporaryFiles(bed.urls.databaseUrl)
    const stopWatching = watchMemory(ingest.pid ?? 0)
    const path = `/history?channel=${channel}&limit=1000`
    const reading = readAll({ port: spec.port, path, readers: READERS, seconds })
    const disturbed = await posts()
    const { pages, bytes, failed } = await reading
    const most = stopWatching()
    const after = await posts()
    const files = (await countTemporaryFiles(bed.urls.databaseUrl)) - filesBefore
    figures.add(BEFORE.name, figuresOf(before))
    figures.add(WITH.name, {
      ...figuresOf(disturbed),
      [RATIO]:
        (percentile(disturbed.milliseconds, 0.99) * 2) /
        (percentile(before.milliseconds, 0.99) + percentile(after.milliseconds, 0.99)),
      [PAGES]: pages / seconds,
      [RATE]: bytes / seconds / 1e6,
      [REFUSED]: failed,
      [FILES]: files,
      [MOST]: most / 1e6,
    })
    figures.add(AFTER.name, { ...figuresOf(after), [MOST]: memoryOf(ingest.pid ?? 0) / 1e6 })
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

function figuresOf({ milliseconds, failed }: Posted): Record<string, number> {
  return {
    [P50]: percentile(milliseconds, 0.5),
    [P99]: percentile(milliseconds, 0.99),
    [FAILED]: failed,
  }
}

/** A channel of the largest messages, of which no two parts are alike. */
async function fill(bed: Bed): Promise<string> {
  const channel = bed.fresh('bench-large-')
  const about = {
    channel,
    type: 'message',
    sender: { id: 'bench', name: 'bench' },
    principal: 'bench',
    key: null,
  }
  const room = MAX_EVENT_BYTES - eventBytes({ ...about, id: v7(), data: '""' })
  for (let count = 0; count < MESSAGES; count++) {
    await bed.history.append({ ...about, id: v7(), data: `"${randomText(room)}"` })
  }
  return channel
}

function randomText(length: number): string {
  return randomBytes(length).toString('base64').slice(0, length)
}
