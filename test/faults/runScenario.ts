import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Random } from '../model/random.ts'
import type { Bench } from './bench.ts'
import { type Judgement, type Limits, judge, USUAL_LIMITS } from './checker.ts'
import { Crowd } from './crowd.ts'
import { dump, query, readHead } from './database.ts'
import { openStreams, Sampler } from './sampler.ts'
import { Poster } from './poster.ts'
import { readRecords, Recorder } from './recorder.ts'
import type { PostRecord, Retreat, Row } from './records.ts'
import type { Scenario, Scene } from './scenario.ts'
import { until } from './until.ts'
import type { Violation } from './violation.ts'

export interface RunOptions {
  bench: Bench
  /** Where the histories go. */
  dir: string
  seed: number
  /** 1: as long as is usual. */
  scale: number
  /** Gets a line about how it goes. */
  progress: (text: string) => void
}

export interface Result {
  id: string
  title: string
  skipped?: string
  notes: string[]
  judgement?: Judgement
}

const DEFAULT_RATE = 250
const CHANNELS = 8
const LEVEL_WITHIN_MS = 20_000
const STREAMS_GONE_WITHIN_MS = 15_000

/** One fault from beginning to end: readers and posts, then the fault, then quiet; and then what was written down is judged. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<Result> {
  const { bench, seed, scale, progress } = options
  const dir = join(options.dir, scenario.id)
  mkdirSync(dir, { recursive: true })
  const random = new Random(seed)
  const word = `${scenario.id.toLowerCase()}-${seed % 10_000}`
  const channels = Array.from({ length: CHANNELS }, (_, at) => `faults.${word}.c${at}`)
  const base = (await readHead(bench.databaseUrl)).position
  const posts = new Recorder<PostRecord>(join(dir, 'posts.jsonl'))
  const { edge, gateways, ingests } = bench
  const crowd = new Crowd({ dir, random, edge, gateways, channels })
  const poster = new Poster({
    origins: [edge, edge, ...ingests],
    channels,
    rate: scenario.rate ?? DEFAULT_RATE,
    padding: scenario.padding ?? 20,
    random,
    write: (record) => posts.write(record),
  })
  const sampler = new Sampler(bench.stack.processes)
  const violations: Violation[] = []
  const notes: string[] = []
  const kept: Row[] = []
  let retreat: Retreat | undefined
  const fault = { from: 0, to: 0 }
  const seconds = (count: number) => sleep(count * 1_000 * scale)
  const limits: Partial<Limits> = { ...scenario.limits }
  const scene: Scene = {
    bench,
    crowd,
    poster,
    channels,
    random,
    seconds,
    healed: () => (fault.to = Date.now()),
    expect: (holds, detail) => void (holds || violations.push({ word: 'expectation', detail })),
    note: (text) => void notes.push(text),
    base,
    keepLog: async (upTo) => {
      const rows = await dump(bench.databaseUrl, base)
      kept.push(...rows.filter(({ position }) => position <= upTo))
    },
    wentBack: (what) => void (retreat = what),
    limits,
  }
  const ticker = setInterval(() => {
    progress(`${poster.posted} posts, ${crowd.messages} deliveries`)
  }, 1_000)
  try {
    gather(crowd, channels, base)
    poster.start()
    await seconds(2)
    fault.from = Date.now()
    await scenario.run(scene)
    if (fault.to === 0) fault.to = Date.now()
    await bench.restore()
    await seconds(5)
    await poster.settle(15_000)
    const heads = await channelHeads(bench.databaseUrl, channels)
    await until(() => crowd.isLevel(heads), LEVEL_WITHIN_MS)
    const chains = await crowd.close()
    await posts.close()
    await until(async () => (await openStreams(bench)) === 0, STREAMS_GONE_WITHIN_MS)
    const rows = [...kept, ...(await dump(bench.databaseUrl, base))]
    const judgement = judge(
      {
        posts: readRecords<PostRecord>(join(dir, 'posts.jsonl')),
        chains,
        rows,
        retreat,
        base,
        head: await readHead(bench.databaseUrl),
        samples: sampler.samples,
        streamsLeft: await openStreams(bench),
        fault,
      },
      { ...USUAL_LIMITS, ...limits },
    )
    judgement.violations.push(...violations)
    return { id: scenario.id, title: scenario.title, notes, judgement }
  } finally {
    clearInterval(ticker)
    sampler.close()
    poster.pause()
  }
}

/** Readers of all channels and of one, straight and through nginx, from now and from the beginning, ours and a package's. */
function gather(crowd: Crowd, channels: readonly string[], base: number): void {
  for (let count = 0; count < 6; count++) crowd.add('all')
  for (let count = 0; count < 24; count++) {
    crowd.add('one', { channels: channels.slice(count % CHANNELS, (count % CHANNELS) + 1) })
  }
  for (let count = 0; count < 3; count++) {
    crowd.add('past', { channels: channels.slice(0, 3), since: String(base) })
  }
  crowd.addPackages(4)
}

async function channelHeads(
  databaseUrl: string,
  channels: readonly string[],
): Promise<Map<string, number>> {
  const names = channels.map((name) => `'${name}'`).join(',')
  const rows = await query(
    databaseUrl,
    `select name, head::text from channel where log_id = 0 and name in (${names})`,
  )
  return new Map(rows.map((row) => [row['name'] ?? '', Number(row['head'])]))
}
