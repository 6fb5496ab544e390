import { processorTimeOf } from '../machine/process.ts'
import { pause } from '../load/publisher.ts'
import type { Gateway } from '../peers/gateway.ts'
import { gatewayWithTokens } from '../peers/tokens.ts'
import { FAULTS, type Figures } from '../report/figures.ts'
import { claim, type Claim, type Outcome } from '../report/results.ts'
import { format } from '../report/statistics.ts'
import { inTurn, type Plan } from '../scenario.ts'
import { Session } from '../session.ts'
import type { Testbed } from '../testbed.ts'

const WITHOUT = 'without presence'
const WITH = 'with presence'

/** How people are spread over channels. */
interface Crowd {
  people: number
  channels: number
}

/** Until all of a large channel have been told of the last who came. */
const SETTLE_MS = 12_000
const PER_SECOND = 10
/** Of a ratio: what presence may cost on top. */
const MOST_FOR_A_MESSAGE = 1.2
const MOST_FOR_A_JOIN = 3

/** People who come and hear messages, each by a stream and a token of their own, with and without presence. */
export async function presence(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const people = plan.quick ? 1_000 : 10_000
  const crowds = [
    { people, channels: 1 },
    { people, channels: people / 10 },
  ]
  const targets = [
    await gatewayWithTokens(WITHOUT, testbed, people),
    await gatewayWithTokens(WITH, testbed, people),
  ]
  const figures = await inTurn(plan, targets, async (target, found) => {
    for (const crowd of crowds) {
      found.add(target.name, await measure(testbed, target, crowd, plan.quick))
    }
  })
  return {
    title: `Presence: ${crowds.map(nameOf).join(', and ')}`,
    method: [
      `Each person has a stream and a token of their own. All come at once, and the same again with \`presence=\` in the address. A join costs what the ` +
        `gateway's processor needs from the first connect until ${SETTLE_MS / 1_000} s after the last stream is open; so it includes the events ` +
        `about those who come. Then ${PER_SECOND} messages a second are published on each crowd's channels together. ` +
        `Meanwhile leases are renewed and looked at.`,
      `In the channel with all of them only their number is told. In the others everybody is named.`,
    ],
    series: figures.series,
    claims: [
      ...crowds.flatMap((crowd) => [
        most(figures, joinOf(crowd), MOST_FOR_A_JOIN),
        most(figures, messageOf(crowd), MOST_FOR_A_MESSAGE),
      ]),
      figures.nothingLost(WITHOUT, WITH),
    ],
    charts: crowds.map(messageOf),
  }
}

function measure(
  testbed: Testbed,
  target: Gateway,
  crowd: Crowd,
  isQuick: boolean,
): Promise<Record<string, number>> {
  const { people, channels } = crowd
  const asked = target.name === WITH ? '&presence=bench.{n}' : ''
  const options = {
    streams: people,
    channels,
    receivers: people / channels,
    path: `/events?channel=bench.{n}${asked}`,
  }
  return Session.use(testbed, target, options, async (session) => {
    const { pid } = session.running
    const before = processorTimeOf(pid)
    await pause(isQuick ? 2_000 : SETTLE_MS)
    const joining = session.openingSeconds + processorTimeOf(pid) - before
    const heard = await session.paced(PER_SECOND, isQuick ? 2 : 20)
    return {
      [joinOf(crowd)]: (joining * 1e6) / people,
      [messageOf(crowd)]: (heard.processorSeconds * 1e3) / heard.published,
      [`p99 to each, ms, ${nameOf(crowd)}`]: heard.each.p99,
      [FAULTS]: heard.faults,
    }
  })
}

function most(figures: Figures, metric: string, times: number): Claim {
  const [without = NaN, withIt = NaN] = [WITHOUT, WITH].map((name) => figures.median(name, metric))
  return claim(
    `At most ${times} times: ${metric}`,
    `${format(withIt)} against ${format(without)}, ${format(withIt / without)} times`,
    withIt / without <= times,
  )
}

function nameOf({ people, channels }: Crowd): string {
  return channels === 1
    ? `${format(people)} in one channel`
    : `${format(channels)} channels of ${people / channels}`
}

const joinOf = (crowd: Crowd): string => `µs of processor a join, ${nameOf(crowd)}`
const messageOf = (crowd: Crowd): string => `ms of processor a message, ${nameOf(crowd)}`
