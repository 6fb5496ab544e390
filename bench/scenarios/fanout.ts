import type { Testbed } from '../testbed.ts'
import { keepsUp } from '../report/comparison.ts'
import { FAULTS } from '../report/figures.ts'
import { format } from '../report/statistics.ts'
import { gateway } from '../peers/gateway.ts'
import { goPeers } from '../peers/goPeers.ts'
import { nchan } from '../peers/nchan.ts'
import { plainNode } from '../peers/nodePeers.ts'
import { wholeRoad } from '../peers/wholeRoad.ts'
import { sink } from '../peers/sink.ts'
import { claim, type Outcome } from '../report/results.ts'
import { inTurn, type Plan } from '../scenario.ts'
import { Session } from '../session.ts'
import { BEFORE, type Target } from '../target.ts'

const WINDOWS = [8, 32, 64, 128, 256, 500]
const P99_LIMIT_MS = 100
/** Half of the limit: on shared cores a round may take twice as long as the search before it. */
const P99_AIM_MS = 50

const RATE = 'deliveries/s'
const P99 = 'p99, ms'
const HEADROOM = 'events/s that it can check'
const COST = 'µs of processor a delivery'
const CALM_RATE = 'deliveries/s at 70 %'
const CALM_P99 = 'p99 at 70 %, ms'

/** 1,000 streams of one channel, and messages as fast as they are taken. */
export async function fanout(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const streams = plan.quick ? 100 : 1_000
  const seconds = plan.quick ? 1 : 5
  const targets = [...plan.gateways, nchan, ...(await goPeers(plan.print)), plainNode, wholeRoad]
  const windows = new Map<string, number>()
  plan.print('searching for the number of messages in flight at which each delivers most')
  for (const target of targets) {
    // An earlier commit has as many in flight as ours: else the two could not be compared.
    const found =
      target.name === BEFORE
        ? windows.get(gateway.name)
        : await findWindow(testbed, target, streams, plan)
    windows.set(target.name, found ?? 0)
  }
  const figures = await inTurn(plan, targets, (target) =>
    measure(testbed, target, { streams, seconds, window: windows.get(target.name) ?? 0 }),
  )
  figures.add(sink.name, { [HEADROOM]: await sink.measure(testbed, streams, seconds) })

  const ours = figures.median(gateway.name, RATE)
  const ratio = ours / figures.median(nchan.name, RATE)
  const limit = ours / figures.median(plainNode.name, RATE)
  const p99 = figures.median(gateway.name, P99)
  const chosen = targets.map(({ name }) => `${name} ${windows.get(name)}`).join(', ')
  return {
    title: `Fan-out: ${format(streams)} streams of one channel`,
    method: [
      `Messages of about 300 bytes on the wire are published for ${seconds} s, with a fixed number of them in flight. The next one is sent ` +
        `when all streams have one of those. A search before the rounds found that number among ${WINDOWS.join(', ')}: the one at which each ` +
        `server delivers most. ${gateway.name} must also keep its p99 below ${P99_AIM_MS} ms. Found: ${chosen}.`,
      `A delivery's time starts before the message is handed to Redis, and ends when the client has read it. The others' starts before ` +
        `their publishing socket gets the message, and that of "from POST" before ingest's does. Then messages come for as long again at 70 % ` +
        `of that rate, whether they are taken or not. A message that was sent late counts from when it was due.`,
      `The load client checks every event of every stream: each message names the one before it. The "load client" column is how much it can check, ` +
        `fed by a C program that only writes events rendered beforehand.`,
    ],
    series: figures.series,
    claims: [
      claim(
        "At least 8 times Nchan's deliveries/s",
        `${format(ratio)} times; ${format(limit * 100)} % of plain Node`,
        ratio >= 8,
      ),
      claim(`p99 under ${P99_LIMIT_MS} ms`, `${format(p99)} ms`, p99 < P99_LIMIT_MS),
      ...keepsUp(figures.series, RATE, 'more'),
      figures.nothingLost(gateway.name),
    ],
    charts: [RATE, P99],
  }
}

const TOO_LONG_MS = 1_000

/** The number of messages in flight at which a target delivers most; our own must keep to the p99 limit as well. */
function findWindow(
  testbed: Testbed,
  target: Target,
  streams: number,
  plan: Plan,
): Promise<number> {
  const seconds = plan.quick ? 0.5 : 2
  return Session.use(testbed, target, { streams }, async (session) => {
    await session.fast(32, seconds)
    const tried = WINDOWS.map((window) => ({ window, rate: 0, p99: Infinity }))
    // Twice, and the better of both: a disturbance of the machine only ever makes it worse.
    for (const each of [...tried, ...tried]) {
      // With more in flight each message would only wait longer, until the server's own time-outs end the stream.
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
  })
}

function measure(
  testbed: Testbed,
  target: Target,
  { streams, seconds, window }: { streams: number; seconds: number; window: number },
): Promise<Record<string, number>> {
  return Session.use(testbed, target, { streams }, async (session) => {
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
  })
}
