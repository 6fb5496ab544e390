import type { Testbed } from '../testbed.ts'
import type { Figures } from '../report/figures.ts'
import { format } from '../report/statistics.ts'
import type { LoadReport } from '../load/loadClient.ts'
import { gateway } from '../peers/gateway.ts'
import { goPeers } from '../peers/goPeers.ts'
import { nchan } from '../peers/nchan.ts'
import { plainNode } from '../peers/nodePeers.ts'
import { pause } from '../load/publisher.ts'
import { claim, type Claim, type Outcome } from '../report/results.ts'
import { inTurn, type Plan } from '../scenario.ts'
import type { Target } from '../target.ts'

const DONE = 's to the last stream'
export const UNSERVED = 'refused, failed or not served'

/** All readers connect at once, none of them for the second time. */
export async function connect(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const streams = plan.quick ? 500 : 5_000
  const peers = await goPeers(plan.print)
  const targets = [...plan.gateways, nchan, ...peers, plainNode]
  const figures = await inTurn(plan, targets, async (target) => {
    const report = await connectAll(testbed, target, streams)
    return { [DONE]: report.openMs / 1_000, [UNSERVED]: unservedOf(report) }
  })
  const unserved = figures.sum(gateway.name, UNSERVED)
  return {
    title: `Connect: ${format(streams)} streams at once`,
    method: [
      `All streams of one channel connect in the same moment, without a \`Last-Event-ID\`. The server has been up for a second and has no ` +
        `streams. The time runs from the first connect until the last stream knows that it is subscribed. It knows by \`ready\` (Causeway), ` +
        `by Centrifugo's \`connect\`, or by the head of the response (the others).`,
    ],
    series: figures.series,
    claims: [
      ...peers.map(({ name }) => beside(figures, name, name === 'Mercure' ? 1.5 : 1)),
      claim('None refused', `${unserved} refused, failed or not served`, unserved === 0),
    ],
    charts: [DONE],
  }
}

/** Opens all streams of one server at once, with nothing to resume, and reports how that went. */
export async function connectAll(
  testbed: Testbed,
  target: Target,
  streams: number,
): Promise<LoadReport> {
  const running = await target.start(testbed, 1)
  await pause(1_000)
  const client = testbed.load({ ...running.load, streams, burst: streams, resume: true })
  try {
    return await client.opened
  } finally {
    await client.close()
    await running.stop()
  }
}

/** Streams that were not open in the end, and every attempt that failed on the way. */
export function unservedOf({ refused, failed, streams, open }: LoadReport): number {
  return refused + failed + streams - open
}

function beside(figures: Figures, name: string, most: number): Claim {
  const [ours, theirs] = [gateway.name, name].map((each) => figures.median(each, DONE))
  const ratio = (ours ?? NaN) / (theirs ?? NaN)
  return {
    text: most === 1 ? `Faster than ${name}` : `At most ${most} times as long as ${name} takes`,
    shown: `${format(ratio)} times as long`,
    holds: most === 1 ? ratio < 1 : ratio <= most,
  }
}
