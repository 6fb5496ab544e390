import type { Testbed } from '../testbed.ts'
import { format } from '../figures.ts'
import type { LoadReport } from '../loadClient.ts'
import { appendMessages, gateway, type Gateway } from '../peers/gateway.ts'
import { plainNode } from '../peers/nodePeers.ts'
import type { Outcome } from '../results.ts'
import { Figures, inTurn, type Plan } from '../scenario.ts'
import { brokenOf } from '../session.ts'
import { countTransactions } from '../databaseCounters.ts'
import { connectAll } from './connect.ts'

const MISSED = 100
const LIMIT_S = 4
const READY = 's to the last answer'
const DONE = 's to the last message'
const TRANSACTIONS = 'Postgres transactions'
const UNSERVED = 'refused, failed or not served'
const DEFERRED = 'sent away to come back'
const FAULTS = 'lost or doubled'
/** SYNs that the kernel dropped are sent again after 1, 3 and 7 s. */
const WITHIN_MS = 60_000

/** Everybody comes back at once, to a gateway that has just started. */
export async function storm(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const streams = plan.quick ? 1_000 : 10_000
  const figures = new Figures(plan.print)
  const measures = [
    ...plan.gateways.map((target) => ({
      name: target.name,
      measure: () => measureGateway(testbed, target, streams),
    })),
    {
      name: plainNode.name,
      measure: async () => figuresOf(await connectAll(testbed, plainNode, streams)),
    },
  ]
  await inTurn(plan, measures, async ({ name, measure }) => figures.add(name, await measure()))
  const ours = figures.median(gateway.name, DONE)
  const ratio = ours / figures.median(plainNode.name, READY)
  const unserved = figures.sum(gateway.name, UNSERVED)
  const faults = figures.sum(gateway.name, FAULTS)
  return {
    title: `Storm: ${format(streams)} streams resume at once`,
    method: [
      `All streams of one channel connect in the same moment, each with a \`Last-Event-ID\` ${MISSED} messages back, to a gateway that has just ` +
        `started and has never heard of that channel. The time runs from the first connect. plain Node only accepts and answers.`,
      `The transactions are all that Postgres counted from before the gateway's start until after its end, with those that its start takes.`,
    ],
    series: figures.series,
    claims: [
      {
        text: `All served within ${LIMIT_S} s`,
        shown: `${format(ours)} s to the last message`,
        holds: ours <= LIMIT_S,
      },
      {
        text: 'At most 3 times as long as plain Node takes to accept and answer',
        shown: `${format(ratio)} times`,
        holds: ratio <= 3,
      },
      {
        text: 'None refused, nothing lost',
        shown: `${unserved} refused, failed or not served, ${faults} lost or doubled`,
        holds: unserved + faults === 0,
      },
    ],
    charts: [READY, DONE],
  }
}

async function measureGateway(
  testbed: Testbed,
  target: Gateway,
  streams: number,
): Promise<Record<string, number>> {
  const missed = await appendMessages(testbed, MISSED)
  const last = missed.at(-1)?.position ?? 0
  const before = await countTransactions(testbed.urls.databaseUrl)
  const running = await target.start(testbed, 1, missed)
  const { epoch } = await testbed.history.head()
  const client = testbed.load({
    ...running.load,
    streams,
    burst: streams,
    lastEventId: `${epoch}-${last - MISSED}`,
    resume: true,
  })
  let report: LoadReport
  try {
    await client.completed(MISSED, WITHIN_MS)
    report = await client.report()
  } finally {
    await client.close()
    await running.stop()
  }
  const after = await countTransactions(testbed.urls.databaseUrl)
  return {
    ...figuresOf(report),
    [DONE]: report.lastEventMs / 1_000,
    [DEFERRED]: report.deferred,
    [TRANSACTIONS]: after - before,
    [FAULTS]: brokenOf(report),
  }
}

function figuresOf({ openMs, refused, failed, streams, open }: LoadReport): Record<string, number> {
  return { [READY]: openMs / 1_000, [UNSERVED]: refused + failed + streams - open }
}
