import type { Testbed } from '../testbed.ts'
import { keepsUp } from '../report/comparison.ts'
import { FAULTS } from '../report/figures.ts'
import { format } from '../report/statistics.ts'
import { gateway } from '../peers/gateway.ts'
import { bareLoop } from '../peers/nodePeers.ts'
import { claim, type Outcome } from '../report/results.ts'
import { inTurn, type Plan } from '../scenario.ts'
import { Session } from '../session.ts'
import type { Target } from '../target.ts'

const RATE = 'messages/s'
const P99 = 'p99 at half the rate, ms'
const HALF = 'half the rate, messages/s'
const COST = 'µs of processor a message'
const P99_LIMIT_MS = 50
/** Messages in flight: enough that nothing ever waits for more. */
const WINDOW = 2_000

/** Very many channels with one stream each: the cost of a message that goes to one stream only. */
export async function channels(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const count = plan.quick ? 1_000 : 10_000
  const seconds = plan.quick ? 1 : 5
  const figures = await inTurn(plan, [...plan.gateways, bareLoop], (target) =>
    measure(testbed, target, count, seconds),
  )
  const share = figures.median(gateway.name, RATE) / figures.median(bareLoop.name, RATE)
  const p99 = figures.median(gateway.name, P99)
  return {
    title: `Channels: ${format(count)} with one stream each`,
    method: [
      `Messages go to the channels in turn for ${seconds} s, with ${format(WINDOW)} of them in flight. Then they come for as long again at ` +
        `half the rate that this reached. The "bare loop" is the most that ioredis and Node's sockets can do. It is a loop that only writes each ` +
        `message of a channel to that channel's socket.`,
    ],
    series: figures.series,
    claims: [
      claim('At least 70 % of the bare loop', `${format(share * 100)} %`, share >= 0.7),
      claim(
        `p99 under ${P99_LIMIT_MS} ms at half the rate`,
        `${format(p99)} ms`,
        p99 < P99_LIMIT_MS,
      ),
      ...keepsUp(figures.series, RATE, 'more'),
      figures.nothingLost(gateway.name),
    ],
    charts: [RATE, P99],
  }
}

function measure(
  testbed: Testbed,
  target: Target,
  count: number,
  seconds: number,
): Promise<Record<string, number>> {
  const options = { streams: count, channels: count, receivers: 1 }
  return Session.use(testbed, target, options, async (session) => {
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
  })
}
