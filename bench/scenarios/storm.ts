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
import type { Running } from '../target.ts'
import { readMetric } from '../../stack/readMetric.ts'
import { waitFor } from '../../test/support/waitFor.ts'
import { countTransactions } from '../machine/databaseCounters.ts'
import { processorTimeOf } from '../machine/process.ts'
import { connectAll, UNSERVED, unservedOf } from './connect.ts'

const MISSED = 100
const LIMIT_S = 4
const READY = 's to the last answer'
const DONE = 's to the last message'
const TRANSACTIONS = 'Postgres transactions'
const NEW_TOKENS = 'Causeway, a new token each'
const CUT = 'Causeway, cut off'
const CUT_WITH_TOKENS = 'Causeway, cut off, a token each'
/** Of the time without. */
const MOST_WITH_TOKENS = 1.15
const COST = 'µs of processor time per stream'
const DEFERRED = 'told to return later'
/** The kernel sends dropped SYNs again after 1, 3 and 7 s. */
const WITHIN_MS = 60_000

/** All readers return at once: to a gateway that has just started, and to the one that they were cut off from. */
export async function storm(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const streams = plan.quick ? 1_000 : 10_000
  const withTokens = await gatewayWithTokens(NEW_TOKENS, testbed, streams)
  const cutOff: Gateway[] = [
    { ...gateway, name: CUT },
    { ...withTokens, name: CUT_WITH_TOKENS },
  ]
  const gateways = [...plan.gateways, withTokens, ...cutOff]
  const figures = await inTurn(plan, [...gateways, plainNode], async (target) => {
    const returnedTo = gateways.find((each) => each === target)
    return returnedTo === undefined
      ? figuresOf(await connectAll(testbed, target, streams))
      : measureGateway(testbed, returnedTo, streams, cutOff.includes(returnedTo))
  })
  const ours = figures.median(gateway.name, DONE)
  const ratio = ours / figures.median(plainNode.name, READY)
  const unserved = figures.sum(gateway.name, UNSERVED)
  const faults = figures.sum(gateway.name, FAULTS)
  const withNew = figures.median(NEW_TOKENS, DONE)
  const tokenRatio = figures.median(CUT_WITH_TOKENS, DONE) / figures.median(CUT, DONE)
  const tokenFaults = [NEW_TOKENS, CUT_WITH_TOKENS]
    .flatMap((name) => [figures.sum(name, FAULTS), figures.sum(name, UNSERVED)])
    .reduce((sum, count) => sum + count, 0)
  return {
    title: `Storm: ${format(streams)} streams resume at once`,
    method: [
      `All streams of one channel connect in the same moment, each with a \`Last-Event-ID\` ${MISSED} messages back. The gateway has just ` +
        `started and does not know that channel. The time runs from the first connect. plain Node only accepts and answers.`,
      `With tokens, each stream brings another one (RS256). A gateway verifies each once. It has seen none of the new ones. "Cut off" are ` +
        `streams that were open a moment before: their gateway runs, knows the channel, and has verified their tokens.`,
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
        `After a cut, at most ${MOST_WITH_TOKENS} times as long with a token for each stream; with new tokens within ${LIMIT_S} s`,
        `${format(tokenRatio)} times; ${format(withNew)} s; ${tokenFaults} refused, failed, lost or doubled`,
        tokenRatio <= MOST_WITH_TOKENS && withNew <= LIMIT_S && tokenFaults === 0,
      ),
    ],
    charts: [READY, DONE],
  }
}

async function measureGateway(
  testbed: Testbed,
  target: Gateway,
  streams: number,
  wereOpen: boolean,
): Promise<Record<string, number>> {
  const missed = await appendMessages(testbed, MISSED)
  const last = missed.at(-1)?.position ?? 0
  const before = await countTransactions(testbed.urls.databaseUrl)
  const running = await target.start(testbed, 1, missed)
  const { epoch } = await testbed.history.head()
  if (wereOpen) await openAndCut(testbed, running, streams)
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

/** Opens streams, and cuts them all off. */
async function openAndCut(testbed: Testbed, running: Running, streams: number): Promise<void> {
  const client = testbed.load({ ...running.load, streams })
  try {
    await client.opened
  } finally {
    await client.close()
  }
  const left = () => readMetric(running.metricsUrl, 'causeway_gateway_streams')
  await waitFor(async () => (await left()) === 0, 20, 50)
}

function figuresOf(report: LoadReport): Record<string, number> {
  return { [READY]: report.openMs / 1_000, [UNSERVED]: unservedOf(report) }
}
