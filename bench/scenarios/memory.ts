import type { Testbed } from '../testbed.ts'
import { format } from '../report/statistics.ts'
import type { LoadClient } from '../load/loadClient.ts'
import { appendMessages, gateway, type Gateway } from '../peers/gateway.ts'
import { goPeers } from '../peers/goPeers.ts'
import { nchan } from '../peers/nchan.ts'
import { bareSocket, plainNode } from '../peers/nodePeers.ts'
import { memoryOf } from '../machine/process.ts'
import { pause } from '../load/publisher.ts'
import { claim, type Outcome } from '../report/results.ts'
import { inTurn, type Plan } from '../scenario.ts'
import { brokenOf } from '../session.ts'
import type { Target } from '../target.ts'

const EACH = 'kB a stream'
const EMPTY = 'empty, MB'
const FIRST = 5_000
const MORE = 10_000
/** Messages that some streams begin with. */
const SINCE = 50
const SLOPE_LIMIT_KB = 1.7
const EMPTY_LIMIT_MB = 110
const CHURNED = 'least MB in the second half of churn'
/** V8 needs so long to find the room that this load takes. */
const WARM_MS = 60_000
const BEFORE_CHURN = 'least MB in the first half of churn'

/** The memory of an idle stream, and whether streams that come and go leave anything behind. */
export async function memory(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const scale = plan.quick ? 0.1 : 1
  const [first, more] = [FIRST * scale, MORE * scale]
  const settleMs = plan.quick ? 3_000 : 40_000
  // Longer than the time between heartbeats, so that their garbage counts too.
  const restMs = plan.quick ? 3_000 : 25_000
  const targets: Filled[] = [
    ...plan.gateways,
    ...plan.gateways.map(returning),
    nchan,
    ...(await goPeers(plan.print)),
    plainNode,
    bareSocket,
  ]
  const figures = await inTurn(plan, targets, (target) =>
    measure(testbed, target, { first, more, settleMs, restMs }),
  )
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
      `The figures are the resident memory of the process (VmRSS; for Nchan, of its worker). It is measured empty, ${settleMs / 1_000} s after ` +
        `the start; with ${format(first)} streams; and with ${format(more)} more. Each of the last two is ${restMs / 1_000} s after the last ` +
        `stream was opened. The cost of a stream is the difference of these two, divided by ${format(more)}. The first streams reuse memory ` +
        `that a process took for its start and no longer needs. Nothing forces a garbage collection. The kernel's memory for each socket is ` +
        `not included, for any of them.`,
      `The streams of "${returning(gateway).name}" begin with the last ${SINCE} messages of their channel, of about 300 bytes each, and are idle after that.`,
      `Then the gateway runs without peers, with ${format(more)} streams: ${format(perSecond)} a second leave and return for a minute, and then for ${plan.minutes} min. ` +
        `Garbage comes and goes in waves of one or two minutes. So the comparison is between the least memory in both halves of that second time.`,
    ],
    series: figures.series,
    claims: [
      claim(
        `A stream weighs at most ${SLOPE_LIMIT_KB} kB, also if it began with ${SINCE} messages`,
        `${format(ours)} kB, ${format(since)} kB`,
        Math.max(ours, since) <= SLOPE_LIMIT_KB,
      ),
      claim(
        'Less memory for an idle stream than Nchan',
        `${format(ours)} kB against ${format(theirs)} kB`,
        ours < theirs,
      ),
      claim(
        `An empty gateway has at most ${EMPTY_LIMIT_MB} MB`,
        `${format(empty)} MB`,
        empty <= EMPTY_LIMIT_MB,
      ),
      claim(
        `No growth over ${plan.minutes} min of churn`,
        `${format(early)} MB, then ${format(late)} MB (${format(growth * 100)} %)`,
        growth < 0.05,
      ),
    ],
    charts: [EACH, EMPTY],
  }
}

interface Filled extends Target {
  /** Messages that each of its streams begins with; default none. */
  backlog?: number
}

/** A gateway whose streams begin with messages that were sent before. */
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

/** @throws if streams have ended, or lack the messages they should begin with: the figure would be of other streams */
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
    await pause(plan.quick ? 1_000 : WARM_MS)
    const samples: number[] = []
    const end = Date.now() + plan.minutes * 60_000
    while (Date.now() < end) {
      await pause(Math.min(1_000, plan.minutes * 2_000))
      samples.push(memoryOf(running.pid) / 1e6)
    }
    const half = Math.floor(samples.length / 2)
    return {
      early: Math.min(...samples.slice(0, half)),
      late: Math.min(...samples.slice(half)),
    }
  } finally {
    await client.close()
    await running.stop()
  }
}
