import { rmSync } from 'node:fs'
import { ChannelLogs } from '../../contract/channelLogs.ts'
import type { Child } from '../../stack/child.ts'
import { NO_LIMITS } from '../../stack/limits.ts'
import { type Stack, startStack } from '../../stack/stack.ts'
import { HttpPublisher } from '../load/httpPublisher.ts'
import type { LoadClient, LoadReport } from '../load/loadClient.ts'
import { dataOf } from '../load/messages.ts'
import { type Publisher, saturate } from '../load/publisher.ts'
import { ProcessorShare } from '../machine/processorShare.ts'
import { untilLive } from '../peers/gateway.ts'
import { FAULTS } from '../report/figures.ts'
import { claim, type Outcome } from '../report/results.ts'
import { format } from '../report/statistics.ts'
import { inTurn, type Plan } from '../scenario.ts'
import { brokenOf } from '../session.ts'
import type { Testbed } from '../testbed.ts'

const COUNTS = [1, 2, 4].map((count) => ({
  name: count === 1 ? '1 log' : `${count} logs`,
  count,
}))
/** The part of one core that all servers and both bridges of a log have together: four logs and their load fit on two cores. */
const SHARE = 0.2
/** Two and four logs must carry so many times what one carries. */
const GROWTH = [1.8, 3.4]
const DURABLE = 'messages/s, durable'
const DELIVERED = 'messages/s, delivered'
const P99 = 'p99, ms'
/** Of each log. */
const WINDOW = 256
const STREAMS = 4
const WITHIN_MS = 30_000

/** Each log on servers of its own, posted to and read as fast as it can. */
export async function logs(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const seconds = plan.quick ? 2 : 10
  const figures = await testbed.onAllCores(() =>
    inTurn(plan, COUNTS, ({ count }) => measure(testbed, count, seconds)),
  )
  const growthOf = (metric: string): number[] => {
    const [one = NaN, ...more] = COUNTS.map(({ name }) => figures.median(name, metric))
    return more.map((rate) => rate / one)
  }
  const claims = [DURABLE, DELIVERED].map((metric) => {
    const growth = growthOf(metric)
    return claim(
      `2 and 4 logs carry at least ${GROWTH.join(' and ')} times as much as one: ${metric}`,
      growth.map((each) => `${format(each)} times`).join(', '),
      growth.every((each, at) => each >= (GROWTH[at] ?? NaN)),
    )
  })
  return {
    title: 'Logs: one, and several on servers of their own',
    method: [
      `Each log has its own Postgres, Redis, broker and two bridges. All of these together get ${format(SHARE * 100)} % of one core (a control ` +
        `group's quota). One ingest, one gateway, the load clients and the publishers use the rest of the machine. To each log go NDJSON ` +
        `requests, one under way, with ${WINDOW} messages that are not delivered yet; ${STREAMS} streams read its channel. A message is durable ` +
        `when its post is acknowledged, and delivered when all of its streams have it.`,
    ],
    series: figures.series,
    claims: [...claims, figures.nothingLost(...COUNTS.map(({ name }) => name))],
    charts: [DELIVERED],
  }
}

async function measure(
  testbed: Testbed,
  count: number,
  seconds: number,
): Promise<Record<string, number>> {
  const dir = testbed.folder('logs')
  // A folder keeps its number of logs.
  rmSync(dir, { recursive: true, force: true })
  const stack = await startStack({
    dir,
    logs: count,
    postgres: count,
    redis: Array.from({ length: count }, () => 'single'),
    brokers: count,
    bridges: 2 * count,
    ingests: 1,
    gateways: 1,
    env: (role, index) =>
      role === 'bridge' && count > 1
        ? { ...NO_LIMITS, LOGS: String(Math.floor((index - 1) / 2)) }
        : NO_LIMITS,
  })
  const channelLogs = new ChannelLogs([...Array(count).keys()], [])
  const shares: ProcessorShare[] = []
  const loads: Load[] = []
  try {
    const [gateway] = childrenOf(stack, 'gateway')
    const [ingest] = childrenOf(stack, 'ingest')
    await untilLive(gateway?.metricsUrl ?? '')
    for (let log = 0; log < count; log++) {
      const channel = channelOf(channelLogs, log)
      const path = `/events?channel=${channel}`
      const readers = { port: portOf(gateway), path, streams: STREAMS, readyEvent: true }
      const publisher = await publisherTo(portOf(ingest), channel)
      loads.push({ client: testbed.load(readers), publisher })
    }
    await Promise.all(loads.map(({ client }) => client.opened))
    const warmUp = await postAll(loads, seconds)
    await completed(loads, warmUp)
    // Not earlier: compiling their code would use up most of the share.
    for (let log = 0; log < count; log++) {
      const share = new ProcessorShare(testbed.fresh('causeway-bench-'), SHARE)
      shares.push(share)
      for (const { pid } of serversOf(stack, log)) share.addTree(pid ?? 0)
    }
    for (const { client } of loads) client.reset()
    const published = await postAll(loads, seconds)
    const meanwhile = await reportsOf(loads)
    await completed(
      loads,
      published.map((each, log) => each + (warmUp[log] ?? 0)),
    )
    const reports = await reportsOf(loads)
    const durable = sumOf(published)
    return {
      [DURABLE]: durable / seconds,
      [DELIVERED]: sumOf(meanwhile.map((report) => report.complete / report.seconds)),
      [P99]: Math.max(...reports.map(({ each }) => each.p99)),
      [FAULTS]: durable + sumOf(reports.map((report) => brokenOf(report) - report.complete)),
    }
  } finally {
    await Promise.all(loads.map(({ publisher }) => publisher.close()))
    await Promise.all(loads.map(({ client }) => client.close()))
    await stack.stop()
    for (const share of shares) share.close()
  }
}

/** What is posted to one log, and who reads it. */
interface Load {
  client: LoadClient
  publisher: Publisher
}

/** As fast as each log takes and delivers it; how many that was, by log. */
function postAll(loads: readonly Load[], seconds: number): Promise<number[]> {
  return Promise.all(
    loads.map(({ publisher, client }) => saturate(publisher, client, { window: WINDOW, seconds })),
  )
}

async function completed(loads: readonly Load[], counts: readonly number[]): Promise<void> {
  await Promise.all(loads.map(({ client }, log) => client.completed(counts[log] ?? 0, WITHIN_MS)))
}

function reportsOf(loads: readonly Load[]): Promise<LoadReport[]> {
  return Promise.all(loads.map(({ client }) => client.report()))
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0)
}

/** The first channel whose log it is. */
function channelOf(channelLogs: ChannelLogs, log: number): string {
  for (let at = 0; ; at++) {
    if (channelLogs.logOf(`bench.${at}`) === log) return `bench.${at}`
  }
}

function publisherTo(port: number, channel: string): Promise<HttpPublisher> {
  return HttpPublisher.open({
    port,
    path: () => '/messages',
    body: (sentAt) => `{"channel":"${channel}","data":${dataOf(sentAt)}}\n`,
    batch: (lines) => lines.join(''),
    contentType: 'application/x-ndjson',
    connections: 1,
  })
}

function childrenOf({ processes }: Stack, role: Child['role']): Child[] {
  return processes.filter((child) => child.role === role)
}

/** By the names that a stack gives: the first server of each kind has none of its own. */
function serversOf({ processes }: Stack, log: number): Child[] {
  const own = (kind: string, letter: string) => (log === 0 ? kind : `${kind}-${letter}${log + 1}`)
  const names = [
    own('postgres', 'p'),
    own('redis', 'r'),
    own('mosquitto', 'b'),
    `bridge-${2 * log + 1}`,
    `bridge-${2 * log + 2}`,
  ]
  return processes.filter(({ name }) => names.includes(name))
}

function portOf(child: Child | undefined): number {
  return Number(new URL(child?.url ?? '').port)
}
