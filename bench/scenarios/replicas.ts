import type { Testbed } from '../testbed.ts'
import { FAULTS } from '../report/figures.ts'
import { format } from '../report/statistics.ts'
import type { LoadClient } from '../load/loadClient.ts'
import { Messages } from '../load/messages.ts'
import { channelNames, untilLive } from '../peers/gateway.ts'
import { processorTimeOf } from '../machine/process.ts'
import { ProcessorShare } from '../machine/processorShare.ts'
import { type Progress, saturate } from '../load/publisher.ts'
import { claim, type Outcome } from '../report/results.ts'
import { inTurn, type Plan } from '../scenario.ts'
import { brokenOf } from '../session.ts'

const COUNTS = [1, 2, 4].map((count) => ({
  name: count === 1 ? '1 gateway' : `${count} gateways`,
  count,
}))
/** Each gateway's share of one core: four of them and their load fit on two cores. */
const SHARE = 0.15
/** N gateways must reach this part of N times the throughput of one. */
const GROWTH = 0.8
const RATE = 'deliveries/s'
const COST = 'µs of processor a delivery'
const P99 = 'p99, ms'
const WINDOW = 128
const WITHIN_MS = 30_000

/** The same streams on one gateway, and divided among several. */
export async function replicas(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const streams = plan.quick ? 200 : 2_000
  const seconds = plan.quick ? 1 : 5
  const figures = await testbed.onAllCores(() =>
    inTurn(plan, COUNTS, ({ count }) =>
      measure(testbed, { count, streams: streams / count, seconds }),
    ),
  )
  const [one = NaN, ...more] = COUNTS.map(({ name }) => figures.median(name, RATE))
  const growth = more.map((rate) => rate / one)
  return {
    title: `Replicas: ${format(streams)} streams on one gateway and on several`,
    method: [
      `Gateways know nothing of each other: each subscribes to Redis for its own streams. To show this on few cores, each gateway gets ` +
        `${format(SHARE * 100)} % of a core (a control group's quota). The load clients, the publisher and Redis use these cores too. There is ` +
        `one channel, with ${WINDOW} messages in flight.`,
    ],
    series: figures.series,
    claims: [
      claim(
        `Throughput grows with the number of gateways: at least ${GROWTH * 100} % of 2 and of 4 times as much`,
        growth.map((each) => `${format(each)} times`).join(', '),
        growth.every((each, at) => each >= (COUNTS[at + 1]?.count ?? NaN) * GROWTH),
      ),
      figures.nothingLost(...COUNTS.map(({ name }) => name)),
    ],
    charts: [RATE],
  }
}

async function measure(
  testbed: Testbed,
  { count, streams, seconds }: { count: number; streams: number; seconds: number },
): Promise<Record<string, number>> {
  const redisPrefix = testbed.fresh('bench')
  const { epoch, position } = await testbed.history.head()
  const publisher = await testbed.publisher(redisPrefix, epoch, position)
  const specs = await Promise.all(
    Array.from({ length: count }, () => testbed.service('gateway', redisPrefix)),
  )
  const children = await Promise.all(specs.map((spec) => testbed.start(spec)))
  await Promise.all(specs.map(({ metricsUrl = '' }) => untilLive(metricsUrl)))
  const shares: ProcessorShare[] = []
  const path = '/events?channel=bench.{n}'
  const clients = specs.map(({ port }) => testbed.load({ port, path, streams, readyEvent: true }))
  const spent = (): number => children.reduce((sum, { pid }) => sum + processorTimeOf(pid ?? 0), 0)
  try {
    await Promise.all(clients.map((client) => client.opened))
    publisher.use(new Messages(channelNames(1), position))
    const together = all(clients)
    const warmUp = await saturate(publisher, together, { window: WINDOW, seconds })
    await completed(clients, warmUp)
    // Not earlier: compiling their code would use up most of the share.
    for (const { pid } of children) {
      const share = new ProcessorShare(testbed.fresh('causeway-bench-'), SHARE)
      shares.push(share)
      share.add(pid ?? 0)
    }
    for (const client of clients) client.reset()
    const before = spent()
    const published = await saturate(publisher, together, { window: WINDOW, seconds })
    const meanwhile = await Promise.all(clients.map((client) => client.report()))
    const processorSeconds = spent() - before
    await completed(clients, warmUp + published)
    const reports = await Promise.all(clients.map((client) => client.report()))
    const events = meanwhile.reduce((sum, report) => sum + report.events, 0)
    return {
      [RATE]: events / (meanwhile[0]?.seconds ?? NaN),
      [COST]: (processorSeconds * 1e6) / events,
      [P99]: Math.max(...reports.map(({ each }) => each.p99)),
      [FAULTS]: reports.reduce(
        (sum, report) => sum + brokenOf(report) + published - report.complete,
        0,
      ),
    }
  } finally {
    await publisher.close()
    await Promise.all(clients.map((client) => client.close()))
    await Promise.all(children.map((child) => child.stop()))
    for (const share of shares) share.close()
  }
}

/** A message is complete when every client has it complete. */
function all(clients: readonly LoadClient[]): Progress {
  return {
    get complete() {
      return Math.min(...clients.map(({ complete }) => complete))
    },
    progress: () => Promise.race(clients.map((client) => client.progress())),
  }
}

async function completed(clients: readonly LoadClient[], count: number): Promise<void> {
  await Promise.all(clients.map((client) => client.completed(count, WITHIN_MS)))
}
