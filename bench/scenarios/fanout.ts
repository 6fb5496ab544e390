import type { Testbed } from '../testbed.ts'
import { keepsUp } from '../comparison.ts'
import { format } from '../figures.ts'
import { gateway } from '../peers/gateway.ts'
import { goPeers } from '../peers/goPeers.ts'
import { nchan } from '../peers/nchan.ts'
import { plainNode } from '../peers/nodePeers.ts'
import { wholeRoad } from '../peers/wholeRoad.ts'
import { sink } from '../peers/sink.ts'
import type { Outcome } from '../results.ts'
import { Figures, inTurn, type Plan } from '../scenario.ts'
import { Session } from '../session.ts'
import { BEFORE, type Target } from '../target.ts'

const WINDOWS = [8, 32, 64, 128, 256, 500]
const P99_LIMIT_MS = 100
/** Half of the limit: on shared cores one round may take twice as long as the look before. */
const P99_AIM_MS = 50

const RATE = 'deliveries/s'
const P99 = 'p99, ms'
const HEADROOM = 'events/s that it can check'
const FAULTS = 'lost or doubled'
const COST = 'µs of processor a delivery'
const CALM_RATE = 'deliveries/s at 70 %'
const CALM_P99 = 'p99 at 70 %, ms'

/** 1,000 streams of one channel, messages as fast as they are taken. */
export async function fanout(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const streams = plan.quick ? 100 : 1_000
  const seconds = plan.quick ? 1 : 5
  const targets = [...plan.gateways, nchan, ...(await goPeers(plan.print)), plainNode, wholeRoad]
  const figures = new Figures(plan.print)
  const windows = new Map<string, number>()
  plan.print('looking for how many messages each takes at once')
  for (const target of targets) {
    // What is compared with ours is to have as many on their way.
    const found =
      target.name === BEFORE
        ? windows.get(gateway.name)
        : await findWindow(testbed, target, streams, plan)
    windows.set(target.name, found ?? 0)
  }
  await inTurn(plan, targets, async (target) => {
    const window = windows.get(target.name) ?? 0
    figures.add(target.name, await measure(testbed, target, { streams, seconds, window }))
  })
  figures.add(sink.name, { [HEADROOM]: await sink.measure(testbed, streams, seconds) })

  const ours = figures.median(gateway.name, RATE)
  const ratio = ours / figures.median(nchan.name, RATE)
  const limit = ours / figures.median(plainNode.name, RATE)
  const p99 = figures.median(gateway.name, P99)
  const faults = figures.sum(gateway.name, FAULTS)
  const chosen = targets.map(({ name }) => `${name} ${windows.get(name)}`).join(', ')
  return {
    title: `Fan-out: ${format(streams)} streams of one channel`,
    method: [
      `Messages of about 300 bytes on the wire are published for ${seconds} s, with a fixed number of them on their way: the next one is sent when ` +
        `all streams have one of those. That number was looked for beforehand: of ${WINDOWS.join(', ')} the one with which each server delivers ` +
        `most, where ${gateway.name} is also to keep its p99 below ${P99_AIM_MS} ms (${chosen}). A delivery's time runs from before the message is handed ` +
        `to Redis (the others: to their publishing socket; "from POST": to ingest's) until the client has read it. Then messages come for as long again at ` +
        `70 % of that rate, whether they are taken or not, and one that was sent late counts from when it was due.`,
      `The load client checks every event of every stream: each message names the one before it. "load client" is what it can check itself, fed by a ` +
        `C program that does nothing but write events rendered beforehand.`,
    ],
    series: figures.series,
    claims: [
      {
        text: "At least 8 times Nchan's deliveries/s",
        shown: `${format(ratio)} times; ${format(limit * 100)} % of plain Node`,
        holds: ratio >= 8,
      },
      {
        text: `p99 under ${P99_LIMIT_MS} ms`,
        shown: `${format(p99)} ms`,
        holds: p99 < P99_LIMIT_MS,
      },
      ...keepsUp(figures.series, RATE, 'more'),
      { text: 'Nothing lost', shown: `${faults} lost or doubled`, holds: faults === 0 },
    ],
    charts: [RATE, P99],
  }
}

const TOO_LONG_MS = 1_000

/** The number of messages on their way with which it delivers most; our own are to keep to the limit as well. */
async function findWindow(
  testbed: Testbed,
  target: Target,
  streams: number,
  plan: Plan,
): Promise<number> {
  const seconds = plan.quick ? 0.5 : 2
  const session = await Session.open(testbed, target, { streams })
  try {
    await session.fast(32, seconds)
    const tried = WINDOWS.map((window) => ({ window, rate: 0, p99: Infinity }))
    // Twice, and the better of both: whatever disturbs the machine only ever makes it worse.
    for (const each of [...tried, ...tried]) {
      // With more on their way each would only wait longer, until the server's own time-outs end it.
      if (
        tried.some(({ window, rate, p99 }) => window < each.window && rate > 0 && p99 > TOO_LONG_MS)
      )
        continue
      const fast = await session.fast(each.window, seconds)
      each.rate = Math.max(each.rate, fast.rate)
      each.p99 = Math.min(each.p99, fast.each.p99)
    }
    const told = tried
      .filter(({ rate }) => rate > 0)
      .map(({ window, rate, p99 }) => `${window}: ${format(rate)}/s in ${format(p99)} ms`)
    plan.print(`  ${target.name}: ${told.join(', ')}`)
    const limit = target === gateway ? P99_AIM_MS : Infinity
    const [best] = tried
      .sort((a, b) => b.rate - a.rate)
      .sort((a, b) => Number(a.p99 > limit) - Number(b.p99 > limit))
    return best?.window ?? 1
  } finally {
    await session.close()
  }
}

async function measure(
  testbed: Testbed,
  target: Target,
  { streams, seconds, window }: { streams: number; seconds: number; window: number },
): Promise<Record<string, number>> {
  const session = await Session.open(testbed, target, { streams })
  try {
    await session.fast(window, seconds / 3)
    const fast = await session.fast(window, seconds)
    const perSecond = Math.max(1, Math.floor((fast.rate / streams) * 0.7))
    const calm = await session.paced(perSecond, seconds)
    return {
      [RATE]: fast.rate,
      [P99]: fast.each.p99,
      [COST]: (fast.processorSeconds * 1e6) / (fast.rate * seconds),
      [CALM_RATE]: calm.rate,
      [CALM_P99]: calm.each.p99,
      [FAULTS]: fast.faults + calm.faults,
    }
  } finally {
    await session.close()
  }
}
