import type { Testbed } from '../testbed.ts'
import { format, median } from '../figures.ts'
import type { LoadClient } from '../loadClient.ts'
import { appendMessages, gateway, type Gateway } from '../peers/gateway.ts'
import { goPeers } from '../peers/goPeers.ts'
import { nchan } from '../peers/nchan.ts'
import { bareSocket, plainNode } from '../peers/nodePeers.ts'
import { memoryOf } from '../process.ts'
import { pause } from '../publisher.ts'
import type { Outcome } from '../results.ts'
import { Figures, inTurn, type Plan } from '../scenario.ts'
import { brokenOf } from '../session.ts'
import type { Target } from '../target.ts'

const EACH = 'kB a stream'
const EMPTY = 'empty, MB'
const FIRST = 5_000
const MORE = 10_000
/** Streams that begin with messages which were sent before. */
const SINCE = 50
const SLOPE_LIMIT_KB = 1.7
const EMPTY_LIMIT_MB = 110
const CHURNED = 'MB after churn'
const BEFORE_CHURN = 'MB before churn'

/** What an idle stream costs, and whether coming and going leaves anything behind. */
export async function memory(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const scale = plan.quick ? 0.1 : 1
  const [first, more] = [FIRST * scale, MORE * scale]
  const settleMs = plan.quick ? 3_000 : 40_000
  // Longer than the heartbeats are apart: what they leave is counted too.
  const restMs = plan.quick ? 3_000 : 25_000
  const targets: Filled[] = [
    ...plan.gateways,
    ...plan.gateways.map(returning),
    nchan,
    ...(await goPeers(plan.print)),
    plainNode,
    bareSocket,
  ]
  const figures = new Figures(plan.print)
  await inTurn(plan, targets, async (target) => {
    figures.add(target.name, await measure(testbed, target, { first, more, settleMs, restMs }))
  })
  plan.print(`letting streams of the gateway come and go for ${plan.minutes} min`)
  const perSecond = more / 20
  const { early, late } = await churn(testbed, plan, more, perSecond)
  figures.add(gateway.name, { [BEFORE_CHURN]: early, [CHURNED]: late })

  const [ours = NaN, since = NaN, theirs = NaN] = [gateway, returning(gateway), nchan].map(
    ({ name }) => figures.median(name, EACH),
  )
  const empty = figures.median(gateway.name, EMPTY)
  const growth = late / early - 1
  return {
    title: `Memory: ${format(first + more)} idle streams`,
    method: [
      `Resident memory of the process (VmRSS; of Nchan, its worker): empty, ${settleMs / 1_000} s after its start; then with ${format(first)} streams, and then with ` +
        `${format(more)} more, each time ${restMs / 1_000} s after the last one was opened. What a stream weighs is the difference of these two by ${format(more)}: what a process took for its ` +
        `start and does not need any more is used again by the first ones. No garbage collection is forced from outside. What the kernel keeps for each socket is not in it, for none of them.`,
      `The streams of "${returning(gateway).name}" begin with the last ${SINCE} messages of their channel, of about 300 bytes each, and are idle after that.`,
      `Then, of the gateway alone, ${format(more)} streams: ${format(perSecond)} a second leave and come again for ${plan.minutes} min. Compared are the medians of the ` +
        `second and of the last fifth of that time.`,
    ],
    series: figures.series,
    claims: [
      {
        text: `A stream weighs at most ${SLOPE_LIMIT_KB} kB, also if it began with ${SINCE} messages`,
        shown: `${format(ours)} kB, ${format(since)} kB`,
        holds: Math.max(ours, since) <= SLOPE_LIMIT_KB,
      },
      {
        text: 'Less memory for an idle stream than Nchan',
        shown: `${format(ours)} kB against ${format(theirs)} kB`,
        holds: ours < theirs,
      },
      {
        text: `An empty gateway has at most ${EMPTY_LIMIT_MB} MB`,
        shown: `${format(empty)} MB`,
        holds: empty <= EMPTY_LIMIT_MB,
      },
      {
        text: `No growth over ${plan.minutes} min of churn`,
        shown: `${format(early)} MB early, ${format(late)} MB late (${format(growth * 100)} %)`,
        holds: growth < 0.05,
      },
    ],
    charts: [EACH, EMPTY],
  }
}

interface Filled extends Target {
  /** Messages that each of its streams begins with; default none. */
  backlog?: number
}

/** A gateway whose streams begin with what was sent before. */
function returning({ name, start }: Gateway): Filled {
  return {
    name: `${name}, since=-${SINCE}`,
    backlog: SINCE,
    start: async (testbed, channels) => {
      const running = await start(testbed, channels, await appendMessages(testbed, 2 * SINCE))
      const { load } = running
      return { ...running, load: { ...load, path: `${load.path}&since=-${SINCE}` } }
    },
  }
}

async function measure(
  testbed: Testbed,
  target: Filled,
  { first, more, settleMs, restMs }: Record<'first' | 'more' | 'settleMs' | 'restMs', number>,
): Promise<Record<string, number>> {
  const running = await target.start(testbed, 1)
  const clients: LoadClient[] = []
  const withMore = async (streams: number): Promise<number> => {
    const client = testbed.load({ ...running.load, streams })
    clients.push(client)
    await client.opened
    await pause(restMs)
    return memoryOf(running.pid)
  }
  try {
    await pause(settleMs)
    const empty = memoryOf(running.pid)
    const few = await withMore(first)
    const many = await withMore(more)
    await Promise.all(clients.map((client) => untouched(client, target.backlog ?? 0)))
    return {
      [EACH]: (many - few) / more / 1_000,
      [EMPTY]: empty / 1e6,
      [`MB with ${format(first)}`]: few / 1e6,
      [`MB with ${format(first + more)}`]: many / 1e6,
    }
  } finally {
    await Promise.all(clients.map((client) => client.close()))
    await running.stop()
  }
}

/** @throws if streams have ended meanwhile, or have not got what they were to begin with: memory of others would be measured */
async function untouched(client: LoadClient, backlog: number): Promise<void> {
  const report = await client.report()
  const { open, streams, fewest, most } = report
  if (open === streams && fewest === backlog && most === backlog && brokenOf(report) === 0) return
  throw new Error(
    `${open} of ${streams} streams are open, with ${fewest} to ${most} messages instead of ${backlog}`,
  )
}

async function churn(testbed: Testbed, plan: Plan, streams: number, perSecond: number) {
  const running = await gateway.start(testbed, 1)
  const client = testbed.load({ ...running.load, streams, sources: 8 })
  try {
    await client.opened
    client.churn(perSecond)
    const samples: number[] = []
    const end = Date.now() + plan.minutes * 60_000
    while (Date.now() < end) {
      await pause(Math.min(1_000, plan.minutes * 2_000))
      samples.push(memoryOf(running.pid) / 1e6)
    }
    const fifth = Math.max(1, Math.floor(samples.length / 5))
    return {
      early: median(samples.slice(fifth, 2 * fifth)),
      late: median(samples.slice(-fifth)),
    }
  } finally {
    await client.close()
    await running.stop()
  }
}
