import type { Testbed } from '../testbed.ts'
import { keepsUp } from '../report/comparison.ts'
import { FAULTS } from '../report/figures.ts'
import { format } from '../report/statistics.ts'
import { gateway } from '../peers/gateway.ts'
import { goPeers } from '../peers/goPeers.ts'
import { nchan } from '../peers/nchan.ts'
import { wholeRoad } from '../peers/wholeRoad.ts'
import { claim, type Outcome } from '../report/results.ts'
import { inTurn, type Plan } from '../scenario.ts'
import { Session } from '../session.ts'
import type { Target } from '../target.ts'

/** One message at a time: the time until the last stream has it. */
export async function latency(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const sizes = plan.quick ? [100, 1_000] : [1_000, 10_000]
  const targets = [...plan.gateways, nchan, ...(await goPeers(plan.print)), wholeRoad]
  const count = plan.quick ? 10 : 100
  const figures = await inTurn(plan, targets, async (target, found) => {
    for (const streams of sizes) {
      found.add(target.name, await measure(testbed, target, streams, count))
    }
  })
  const claims = sizes.flatMap((streams) => {
    const [ours = NaN, theirs = NaN] = [gateway, nchan].map(({ name }) =>
      figures.median(name, lastOf(streams)),
    )
    return [
      claim(
        `To the last of ${format(streams)} streams no later than Nchan`,
        `${format(ours)} ms against ${format(theirs)} ms`,
        ours <= theirs,
      ),
      ...keepsUp(figures.series, lastOf(streams), 'less'),
    ]
  })
  return {
    title: 'Latency: one message at a time',
    method: [
      `A message is published on one channel, and the next one 20 ms after all streams have it. The time starts before Redis gets it, and ` +
        `ends when the load client has read it on the last stream, or the first. The others' time starts before their publishing socket gets ` +
        `it, which spares all but Centrifugo on Redis that step. That of "from POST" starts before ingest's socket gets it. Medians and p99 ` +
        `are of each round's messages; in the table, of the rounds.`,
    ],
    series: figures.series,
    claims,
    charts: sizes.map(lastOf),
  }
}

function measure(
  testbed: Testbed,
  target: Target,
  streams: number,
  count: number,
): Promise<Record<string, number>> {
  return Session.use(testbed, target, { streams }, async (session) => {
    await session.single(Math.ceil(count / 5))
    const { last, first, faults } = await session.single(count)
    return {
      [lastOf(streams)]: last.p50,
      [`p99 to the last of ${format(streams)}, ms`]: last.p99,
      [`to the first of ${format(streams)}, ms`]: first.p50,
      [`${FAULTS}, ${format(streams)} streams`]: faults,
    }
  })
}

function lastOf(streams: number): string {
  return `to the last of ${format(streams)}, ms`
}
