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

/** Of posts, and as many channels. */
const PER_SECOND = 1_000
const RATE_P50 = `at ${format(PER_SECOND)} posts a second, ms`
const RATE_P99 = `p99 at ${format(PER_SECOND)} posts a second, ms`

/** One message at a time: the time until the last stream has it. */
export async function latency(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const sizes = plan.quick ? [100, 1_000] : [1_000, 10_000]
  const targets = [...plan.gateways, nchan, ...(await goPeers(plan.print)), wholeRoad]
  const count = plan.quick ? 10 : 100
  const seconds = plan.quick ? 1 : 10
  const figures = await inTurn(plan, targets, async (target, found) => {
    for (const streams of sizes) {
      found.add(target.name, await measure(testbed, target, streams, count))
    }
    if (target === wholeRoad) {
      // No figure here is per core: all of it runs as it does for a user.
      found.add(target.name, await testbed.onAllCores(() => measureRate(testbed, seconds)))
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
  const [p50 = NaN, p99 = NaN] = [RATE_P50, RATE_P99].map((metric) =>
    figures.median(wholeRoad.name, metric),
  )
  claims.push(
    claim(
      `From POST to the stream at ${format(PER_SECOND)} messages a second: p50 at most 10 ms, p99 at most 50 ms`,
      `${format(p50)} ms and ${format(p99)} ms`,
      p50 <= 10 && p99 <= 50,
    ),
    figures.nothingLost(wholeRoad.name),
  )
  return {
    title: 'Latency: one message at a time',
    method: [
      `A message is published on one channel, and the next one 20 ms after all streams have it. The time starts before Redis gets it, and ` +
        `ends when the load client has read it on the last stream, or the first. The others' time starts before their publishing socket gets ` +
        `it, which spares all but Centrifugo on Redis that step. That of "from POST" starts before ingest's socket gets it. Medians and p99 ` +
        `are of each round's messages; in the table, of the rounds.`,
      `Then "from POST" gets ${format(PER_SECOND)} posts a second for ${seconds} s, to as many channels with one stream each. All of it ` +
        `runs on all cores: ingest, Postgres, the broker, the bridge, Redis, the gateway and the load client.`,
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

async function measureRate(testbed: Testbed, seconds: number): Promise<Record<string, number>> {
  const options = { streams: PER_SECOND, channels: PER_SECOND, receivers: 1 }
  return Session.use(testbed, wholeRoad, options, async (session) => {
    // Until the compilers of four programs have seen enough of it.
    await session.paced(PER_SECOND, seconds)
    const { each, faults } = await session.paced(PER_SECOND, seconds)
    return { [RATE_P50]: each.p50, [RATE_P99]: each.p99, [FAULTS]: faults }
  })
}

function lastOf(streams: number): string {
  return `to the last of ${format(streams)}, ms`
}
