import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Random } from '../model/random.ts'
import type { Rig } from './rig/rig.ts'
import type { Judgement, Limits } from './judge/judge.ts'
import type { JudgedLogs } from './judge/judgeLogs.ts'
import { Subscribers } from './traffic/subscribers.ts'
import { dump } from './rig/database.ts'
import { OtherWork } from './rig/otherWork.ts'
import { Sampler } from './rig/sampler.ts'
import { Publisher } from './traffic/publisher.ts'
import { EventLog } from './traffic/eventLog.ts'
import type { PostRecord, Retreat, Row } from './judge/records.ts'
import { headsOfChannels, headsOfLogs, judgeRun } from './runRecords.ts'
import type { Scenario, Scene } from './scenario.ts'
import { comesTrue } from '../support/waitFor.ts'
import type { Violation } from './judge/violation.ts'

interface RunOptions {
  rig: Rig
  /** The folder for the histories. */
  dir: string
  seed: number
  /** Length of the run; 1 is the usual length. */
  scale: number
  /** How many times as long as usual things may take. */
  patience: number
  /** Prints a line about the progress. */
  progress: (text: string) => void
}

export interface Result {
  id: string
  title: string
  skipped?: string
  notes: string[]
  judgement?: Judgement
  /** Times were not judged. */
  isShared?: boolean
}

const DEFAULT_RATE = 250
const CHANNELS = 8
/** On any machine, so that what is only late is not judged lost; it takes a second or two. */
const SETTLED_WITHIN_SECONDS = 90

/** Runs one fault: readers and posts first, then the fault, then quiet. Afterwards it judges the records. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<Result> {
  const { rig, seed, scale, patience, progress } = options
  const dir = join(options.dir, scenario.id)
  mkdirSync(dir, { recursive: true })
  const random = new Random(seed)
  const word = `${scenario.id.toLowerCase()}-${seed % 10_000}`
  const { ids, channelLogs } = rig.logs
  const channels = rig.logs.channels(`faults.${word}`, CHANNELS / ids.length)
  const bases = await headsOfLogs(rig)
  const base = bases.get(0) ?? 0
  const posts = new EventLog<PostRecord>(join(dir, 'posts.jsonl'))
  const { edge, gateways, ingests, headers } = rig
  const subscribers = new Subscribers({
    dir,
    random,
    edge,
    gateways,
    channels,
    logs: ids,
    channelLogs,
    headers: headers.reader,
  })
  const publisher = new Publisher({
    origins: [edge, edge, ...ingests],
    channels,
    logs: ids.length,
    logOf: (channel) => channelLogs.logOf(channel),
    rate: scenario.rate ?? DEFAULT_RATE,
    padding: scenario.padding ?? 20,
    headers: headers.sender,
    random,
    write: (record) => posts.write(record),
  })
  const sampler = new Sampler(rig.stack.processes)
  const otherWork = new OtherWork()
  const violations: Violation[] = []
  const notes: string[] = []
  const kept: Row[] = []
  let retreat: Retreat | undefined
  let struck: readonly number[] | undefined
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
    posted: (record) => posts.write(record),
    wentBack: (what) => void (retreat = what),
    strikes: (logs) => void (struck = logs),
    limits,
  }
  const ticker = setInterval(() => {
    progress(`${publisher.posted} posts, ${subscribers.messages} deliveries`)
  }, 1_000)
  try {
    gather(subscribers, rig, channels, bases)
    publisher.start()
    // Several logs are compared with what they were before the fault.
    await seconds(ids.length > 1 ? 6 : 2)
    fault.from = Date.now()
    await scenario.run(scene)
    if (fault.to === 0) fault.to = Date.now()
    await rig.restore()
    await seconds(5)
    await publisher.settle(SETTLED_WITHIN_SECONDS * 1_000)
    const heads = await headsOfChannels(rig, channels)
    await comesTrue(() => subscribers.isLevel(heads), SETTLED_WITHIN_SECONDS)
    const chains = await subscribers.close()
    await posts.close()
    await comesTrue(async () => (await rig.openStreams()) === 0, SETTLED_WITHIN_SECONDS)
    const others = otherWork.muchSince(fault.from - 1_000)
    const isShared = others !== undefined
    const judged = await judgeRun(rig, {
      dir,
      chains,
      bases,
      kept,
      retreat,
      samples: sampler.samples,
      streamsLeft: await rig.openStreams(),
      fault,
      limits,
      patience,
      isShared,
      struck,
    })
    const { judgement } = judged
    judgement.violations.push(...violations)
    if (isShared) {
      const percent = Math.round(others * 100)
      notes.push(
        `times and failed attempts are not judged: other programs took up to ${percent} % of the processors`,
      )
    }
    if (struck !== undefined) notes.push(...noticedIn(judged))
    return { id: scenario.id, title: scenario.title, notes, judgement, isShared }
  } finally {
    clearInterval(ticker)
    sampler.close()
    otherWork.close()
    publisher.pause()
  }
}

/** What the channels of the struck logs noticed, and those of the others. */
function noticedIn({ struck, healthy }: JudgedLogs): string[] {
  const sides = { 'logs that it hits': struck, 'the others': healthy }
  return Object.entries(sides).flatMap(([name, noticed]) => {
    if (noticed === undefined) return []
    const { logs, calmDelayMs, worstDelayMs, worstAnswerMs, failed, failedForMs } = noticed
    return (
      `${name} (${logs.join(', ')}): worst delay ${worstDelayMs} ms, before the fault ${calmDelayMs} ms; ` +
      `slowest answer to a post ${worstAnswerMs} ms; ${failed} attempts failed, over ${failedForMs} ms`
    )
  })
}

/** Adds readers of all channels and of one, direct and through nginx, from now and from the beginning, our own and the package's. */
function gather(
  subscribers: Subscribers,
  { logs }: Rig,
  channels: readonly string[],
  bases: ReadonlyMap<number, number>,
): void {
  for (let count = 0; count < 6; count++) subscribers.add('all')
  for (let count = 0; count < 24; count++) {
    subscribers.add('one', { channels: channels.slice(count % CHANNELS, (count % CHANNELS) + 1) })
  }
  // A position is one of a log.
  const ofLogs = logs.ids.map((log) =>
    channels.filter((name) => logs.channelLogs.logOf(name) === log).slice(0, 3),
  )
  for (let count = 0; count < Math.max(3, logs.ids.length); count++) {
    const at = count % logs.ids.length
    const since = String(bases.get(logs.ids[at] ?? 0))
    subscribers.add('past', { channels: ofLogs[at] ?? [], since })
  }
  subscribers.addPackages(4)
}
