import type { Testbed } from '../testbed.ts'
import { keepsUp } from '../comparison.ts'
import { format } from '../figures.ts'
import { gateway } from '../peers/gateway.ts'
import { goPeers } from '../peers/goPeers.ts'
import { nchan } from '../peers/nchan.ts'
import { wholeRoad } from '../peers/wholeRoad.ts'
import type { Outcome } from '../results.ts'
import { Figures, inTurn, type Plan } from '../scenario.ts'
import { Session } from '../session.ts'
import type { Target } from '../target.ts'

const FAULTS = 'lost or doubled'

/** One message at a time: how long until the last stream has it. */
export async function latency(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const sizes = plan.quick ? [100, 1_000] : [1_000, 10_000]
  const targets = [...plan.gateways, nchan, ...(await goPeers(plan.print)), wholeRoad]
  const figures = new Figures(plan.print)
  await inTurn(plan, targets, async (target) => {
    for (const streams of sizes) {
      figures.add(target.name, await measure(testbed, target, streams, plan.quick ? 10 : 100))
    }
  })
  const claims = sizes.flatMap((streams) => {
    const [ours = NaN, theirs = NaN] = [gateway, nchan].map(({ name }) =>
      figures.median(name, lastOf(streams)),
    )
    return [
      {
        text: `To the last of ${format(streams)} streams no later than Nchan`,
        shown: `${format(ours)} ms against ${format(theirs)} ms`,
        holds: ours <= theirs,
      },
      ...keepsUp(figures.series, lastOf(streams), 'less'),
    ]
  })
  return {
    title: 'Latency: one message at a time',
    method: [
      `A message is published on one channel, and the next one 20 ms after all streams have it. The time runs from before it is handed ` +
        `to Redis (the others: to their publishing socket, which spares all but Centrifugo on Redis that hop; "from POST": to ingest's) until the load client has read it on the last stream, or the first. Medians ` +
        `and p99 of each round's messages; in the table, of the rounds.`,
    ],
    series: figures.series,
    claims,
    charts: sizes.map(lastOf),
  }
}

async function measure(
  testbed: Testbed,
  target: Target,
  streams: number,
  count: number,
): Promise<Record<string, number>> {
  const session = await Session.open(testbed, target, { streams })
  try {
    await session.single(Math.ceil(count / 5))
    const { last, first, faults } = await session.single(count)
    return {
      [lastOf(streams)]: last.p50,
      [`p99 to the last of ${format(streams)}, ms`]: last.p99,
      [`to the first of ${format(streams)}, ms`]: first.p50,
      [`${FAULTS}, ${format(streams)} streams`]: faults,
    }
  } finally {
    await session.close()
  }
}

function lastOf(streams: number): string {
  return `to the last of ${format(streams)}, ms`
}
