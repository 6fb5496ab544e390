import type { Testbed } from '../testbed.ts'
import { format } from '../figures.ts'
import type { LoadReport } from '../loadClient.ts'
import { gateway } from '../peers/gateway.ts'
import { goPeers } from '../peers/goPeers.ts'
import { nchan } from '../peers/nchan.ts'
import { plainNode } from '../peers/nodePeers.ts'
import { pause } from '../publisher.ts'
import type { Claim, Outcome } from '../results.ts'
import { Figures, inTurn, type Plan } from '../scenario.ts'
import type { Target } from '../target.ts'

const DONE = 's to the last stream'
const UNSERVED = 'refused, failed or not served'

/** Everybody comes at once, and nobody has been there before. */
export async function connect(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const streams = plan.quick ? 500 : 5_000
  const figures = new Figures(plan.print)
  const peers = await goPeers(plan.print)
  await inTurn(plan, [...plan.gateways, nchan, ...peers, plainNode], async (target) => {
    const { openMs, refused, failed, open } = await connectAll(testbed, target, streams)
    figures.add(target.name, {
      [DONE]: openMs / 1_000,
      [UNSERVED]: refused + failed + streams - open,
    })
  })
  const unserved = figures.sum(gateway.name, UNSERVED)
  return {
    title: `Connect: ${format(streams)} streams at once`,
    method: [
      `All streams of one channel connect in the same moment, without a \`Last-Event-ID\`, to a server that has been up for a second and has no streams. The time runs ` +
        `from the first connect until the last stream is told that it is subscribed: by \`ready\` (Causeway), by Centrifugo's \`connect\`, by the answer's head (the others).`,
    ],
    series: figures.series,
    claims: [
      ...peers.map(({ name }) => beside(figures, name, name === 'Mercure' ? 1.5 : 1)),
      {
        text: 'None refused',
        shown: `${unserved} refused, failed or not served`,
        holds: unserved === 0,
      },
    ],
    charts: [DONE],
  }
}

/** How it went for so many streams that connect to one server, with nothing missed. */
export async function connectAll(testbed: Testbed, target: Target, streams: number): Promise<LoadReport> {
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

function beside(figures: Figures, name: string, most: number): Claim {
  const [ours, theirs] = [gateway.name, name].map((each) => figures.median(each, DONE))
  const ratio = (ours ?? NaN) / (theirs ?? NaN)
  return {
    text: most === 1 ? `Faster than ${name}` : `At most ${most} times as long as ${name} takes`,
    shown: `${format(ratio)} times as long`,
    holds: most === 1 ? ratio < 1 : ratio <= most,
  }
}
