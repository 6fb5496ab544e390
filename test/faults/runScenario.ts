import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Random } from '../model/random.ts'
import type { Rig } from './bench.ts'
import { type Judgement, type Limits, judge, USUAL_LIMITS } from './checker.ts'
import { Subscribers } from './subscribers.ts'
import { dump, query, readHead } from './database.ts'
import { openStreams, Sampler } from './sampler.ts'
import { Publisher } from './publisher.ts'
import { readRecords, EventLog } from './eventLog.ts'
import type { PostRecord, Retreat, Row } from './records.ts'
import type { Scenario, Scene } from './scenario.ts'
import { until } from './until.ts'
import type { Violation } from './violation.ts'

export interface RunOptions {
  rig: Rig
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
  const { rig, seed, scale, progress } = options
  const dir = join(options.dir, scenario.id)
  mkdirSync(dir, { recursive: true })
  const random = new Random(seed)
  const word = `${scenario.id.toLowerCase()}-${seed % 10_000}`
  const channels = Array.from({ length: CHANNELS }, (_, at) => `faults.${word}.c${at}`)
  const base = (await readHead(rig.databaseUrl)).position
  const posts = new EventLog<PostRecord>(join(dir, 'posts.jsonl'))
  const { edge, gateways, ingests } = rig
  const subscribers = new Subscribers({ dir, random, edge, gateways, channels })
  const publisher = new Publisher({
    origins: [edge, edge, ...ingests],
    channels,
    rate: scenario.rate ?? DEFAULT_RATE,
    padding: scenario.padding ?? 20,
    random,
    write: (record) => posts.write(record),
  })
  const sampler = new Sampler(rig.stack.processes)
  const violations: Violation[] = []
  const notes: string[] = []
  const kept: Row[] = []
  let retreat: Retreat | undefined
  const fault = { from: 0, to: 0 }
  const seconds = (count: number) => sleep(count * 1_000 * scale)
  const limits: Partial<Limits> = { ...scenario.limits }
  const scene: Scene = {
    rig,
    subscribers,
    publisher,
    channels,
    random,
    seconds,
    recovered: () => (fault.to = Date.now()),
    expect: (holds, detail) => void (holds || violations.push({ word: 'expectation', detail })),
    note: (text) => void notes.push(text),
    base,
    keepLog: async (upTo) => {
      const rows = await dump(rig.databaseUrl, base)
      kept.push(...rows.filter(({ position }) => position <= upTo))
    },
    wentBack: (what) => void (retreat = what),
    limits,
  }
  const ticker = setInterval(() => {
    progress(`${publisher.posted} posts, ${subscribers.messages} deliveries`)
  }, 1_000)
  try {
    gather(subscribers, channels, base)
    publisher.start()
    await seconds(2)
    fault.from = Date.now()
    await scenario.run(scene)
    if (fault.to === 0) fault.to = Date.now()
    await rig.restore()
    await seconds(5)
    await publisher.settle(15_000)
    const heads = await channelHeads(rig.databaseUrl, channels)
    await until(() => subscribers.isLevel(heads), LEVEL_WITHIN_MS)
    const chains = await subscribers.close()
    await posts.close()
    await until(async () => (await openStreams(rig)) === 0, STREAMS_GONE_WITHIN_MS)
    const rows = [...kept, ...(await dump(rig.databaseUrl, base))]
    const judgement = judge(
      {
        posts: readRecords<PostRecord>(join(dir, 'posts.jsonl')),
        chains,
        rows,
        retreat,
        base,
        head: await readHead(rig.databaseUrl),
        samples: sampler.samples,
        streamsLeft: await openStreams(rig),
        fault,
      },
      { ...USUAL_LIMITS, ...limits },
    )
    judgement.violations.push(...violations)
    return { id: scenario.id, title: scenario.title, notes, judgement }
  } finally {
    clearInterval(ticker)
    sampler.close()
    publisher.pause()
  }
}

/** Readers of all channels and of one, straight and through nginx, from now and from the beginning, ours and a package's. */
function gather(subscribers: Subscribers, channels: readonly string[], base: number): void {
  for (let count = 0; count < 6; count++) subscribers.add('all')
  for (let count = 0; count < 24; count++) {
    subscribers.add('one', { channels: channels.slice(count % CHANNELS, (count % CHANNELS) + 1) })
  }
  for (let count = 0; count < 3; count++) {
    subscribers.add('past', { channels: channels.slice(0, 3), since: String(base) })
  }
  subscribers.addPackages(4)
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
