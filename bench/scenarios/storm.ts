import type { Testbed } from '../testbed.ts'
import { FAULTS } from '../report/figures.ts'
import { format } from '../report/statistics.ts'
import type { LoadReport } from '../load/loadClient.ts'
import { appendMessages, gateway, type Gateway } from '../peers/gateway.ts'
import { gatewayWithTokens } from '../peers/tokens.ts'
import { plainNode } from '../peers/nodePeers.ts'
import { claim, type Outcome } from '../report/results.ts'
import { inTurn, type Plan } from '../scenario.ts'
import { brokenOf } from '../session.ts'
import { countTransactions } from '../machine/databaseCounters.ts'
import { processorTimeOf } from '../machine/process.ts'
import { connectAll, UNSERVED, unservedOf } from './connect.ts'

const MISSED = 100
const LIMIT_S = 4
const READY = 's to the last answer'
const DONE = 's to the last message'
const TRANSACTIONS = 'Postgres transactions'
const WITH_TOKENS = 'Causeway, a token each'
/** Of the time without. */
const MOST_WITH_TOKENS = 1.15
const COST = 'µs of processor time per stream'
const DEFERRED = 'told to return later'
/** The kernel sends dropped SYNs again after 1, 3 and 7 s. */
const WITHIN_MS = 60_000

/** All readers return at once, to a gateway that has just started. */
export async function storm(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const streams = plan.quick ? 1_000 : 10_000
  const withTokens = await gatewayWithTokens(WITH_TOKENS, testbed, streams)
  const gateways = [...plan.gateways, withTokens]
  const figures = await inTurn(plan, [...gateways, plainNode], async (target) => {
    const returnedTo = gateways.find((each) => each === target)
    return returnedTo === undefined
      ? figuresOf(await connectAll(testbed, target, streams))
      : measureGateway(testbed, returnedTo, streams)
  })
  const ours = figures.median(gateway.name, DONE)
  const ratio = ours / figures.median(plainNode.name, READY)
  const unserved = figures.sum(gateway.name, UNSERVED)
  const faults = figures.sum(gateway.name, FAULTS)
  const tokenRatio = figures.median(WITH_TOKENS, DONE) / ours
  const tokenFaults = figures.sum(WITH_TOKENS, FAULTS) + figures.sum(WITH_TOKENS, UNSERVED)
  return {
    title: `Storm: ${format(streams)} streams resume at once`,
    method: [
      `All streams of one channel connect in the same moment, each with a \`Last-Event-ID\` ${MISSED} messages back. The gateway has just ` +
        `started and does not know that channel. The time runs from the first connect. plain Node only accepts and answers.`,
      `With tokens, each stream brings another one (RS256), which the gateway has never seen.`,
      `The transactions are all that Postgres counted from before the gateway's start until after its end, including those of its start.`,
    ],
    series: figures.series,
    claims: [
      claim(
        `All served within ${LIMIT_S} s`,
        `${format(ours)} s to the last message`,
        ours <= LIMIT_S,
      ),
      claim(
        'At most 3 times as long as plain Node takes to accept and answer',
        `${format(ratio)} times`,
        ratio <= 3,
      ),
      claim(
        'None refused, nothing lost',
        `${unserved} refused, failed or not served, ${faults} lost or doubled`,
        unserved + faults === 0,
      ),
      claim(
        `At most ${MOST_WITH_TOKENS} times as long with a token for each stream`,
        `${format(tokenRatio)} times, ${tokenFaults} refused, failed, lost or doubled`,
        tokenRatio <= MOST_WITH_TOKENS && tokenFaults === 0,
      ),
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
  const spent = processorTimeOf(running.pid)
  const client = testbed.load({
    ...running.load,
    streams,
    burst: streams,
    lastEventId: `${epoch}-${last - MISSED}`,
    resume: true,
  })
  let report: LoadReport
  let processorSeconds: number
  try {
    await client.completed(MISSED, WITHIN_MS)
    processorSeconds = processorTimeOf(running.pid) - spent
    report = await client.report()
  } finally {
    await client.close()
    await running.stop()
  }
  const after = await countTransactions(testbed.urls.databaseUrl)
  return {
    ...figuresOf(report),
    [DONE]: report.lastEventMs / 1_000,
    [COST]: (processorSeconds * 1e6) / streams,
    [DEFERRED]: report.deferred,
    [TRANSACTIONS]: after - before,
    [FAULTS]: brokenOf(report),
  }
}

function figuresOf(report: LoadReport): Record<string, number> {
  return { [READY]: report.openMs / 1_000, [UNSERVED]: unservedOf(report) }
}
