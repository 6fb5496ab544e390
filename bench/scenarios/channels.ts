import type { Testbed } from '../testbed.ts'
import { keepsUp } from '../comparison.ts'
import { format } from '../figures.ts'
import { gateway } from '../peers/gateway.ts'
import { bareLoop } from '../peers/nodePeers.ts'
import type { Outcome } from '../results.ts'
import { Figures, inTurn, type Plan } from '../scenario.ts'
import { Session } from '../session.ts'
import type { Target } from '../target.ts'

const RATE = 'messages/s'
const P99 = 'p99 at half the rate, ms'
const HALF = 'half the rate, messages/s'
const COST = 'µs of processor a message'
const FAULTS = 'lost or doubled'
const P99_LIMIT_MS = 50
/** On their way at once: enough that no one ever waits for more. */
const WINDOW = 2_000

/** Very many channels with one stream each: what a message costs that nobody shares. */
export async function channels(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const count = plan.quick ? 1_000 : 10_000
  const seconds = plan.quick ? 1 : 5
  const figures = new Figures(plan.print)
  await inTurn(plan, [...plan.gateways, bareLoop], async (target) => {
    figures.add(target.name, await measure(testbed, target, count, seconds))
  })
  const share = figures.median(gateway.name, RATE) / figures.median(bareLoop.name, RATE)
  const p99 = figures.median(gateway.name, P99)
  const faults = figures.sum(gateway.name, FAULTS)
  return {
    title: `Channels: ${format(count)} with one stream each`,
    method: [
      `Messages go to the channels in turn for ${seconds} s, ${format(WINDOW)} of them on their way; then for as long at half the rate that came of it. ` +
        `"bare loop" is what ioredis and Node's sockets can do at most: a loop that writes each message that comes for a channel to that ` +
        `channel's socket, and nothing else.`,
    ],
    series: figures.series,
    claims: [
      {
        text: 'At least 70 % of the bare loop',
        shown: `${format(share * 100)} %`,
        holds: share >= 0.7,
      },
      {
        text: `p99 under ${P99_LIMIT_MS} ms at half the rate`,
        shown: `${format(p99)} ms`,
        holds: p99 < P99_LIMIT_MS,
      },
      ...keepsUp(figures.series, RATE, 'more'),
      { text: 'None lost', shown: `${faults} lost or doubled`, holds: faults === 0 },
    ],
    charts: [RATE, P99],
  }
}

async function measure(
  testbed: Testbed,
  target: Target,
  count: number,
  seconds: number,
): Promise<Record<string, number>> {
  const session = await Session.open(testbed, target, {
    streams: count,
    channels: count,
    receivers: 1,
  })
  try {
    await session.fast(WINDOW, seconds / 2)
    const fast = await session.fast(WINDOW, seconds)
    const calm = await session.paced(Math.max(1, Math.floor(fast.rate / 2)), seconds)
    return {
      [RATE]: fast.rate,
      [HALF]: calm.rate,
      [P99]: calm.each.p99,
      [COST]: (fast.processorSeconds * 1e6) / (fast.rate * seconds),
      [FAULTS]: fast.faults + calm.faults,
    }
  } finally {
    await session.close()
  }
}
