import { rm } from 'node:fs/promises'
import { type Stack, startStack } from '../../stack/stack.ts'
import type { Testbed } from '../testbed.ts'
import { allCores, moveTo } from '../cores.ts'
import { format } from '../figures.ts'
import { HttpPublisher } from '../httpPublisher.ts'
import { dataOf } from '../messages.ts'
import { pace, pause } from '../publisher.ts'
import type { Outcome } from '../results.ts'
import { Figures, type Plan } from '../scenario.ts'
import { brokenOf } from '../session.ts'

const TARGET = 'Causeway'
const CHANNELS = 50
const PER_SECOND = 200
const MOVED = 'streams that moved'
const EXIT = 's from SIGTERM to its exit'
const LOST = 'lost'
const DOUBLED = 'doubled'
const LONGEST = 'longest wait for a message, ms'

/** One of two gateways is ended in order, while messages flow. */
export async function drain(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const streams = plan.quick ? 500 : 5_000
  const figures = new Figures(plan.print)
  // Nothing is measured against a core here: the whole system runs as it does for a user.
  moveTo(allCores(testbed.cores), process.pid)
  try {
    for (let round = 1; round <= plan.rounds; round++) {
      plan.print(`round ${round} of ${plan.rounds}`)
      figures.add(TARGET, await measure(testbed, streams, plan.quick ? 1 : 4))
    }
  } finally {
    moveTo(testbed.cores.rest, process.pid)
  }
  const [lost, doubled, moved] = [LOST, DOUBLED, MOVED].map((each) => figures.sum(TARGET, each))
  return {
    title: `Drain: a gateway with its share of ${format(streams)} streams is ended`,
    method: [
      `The whole system with two gateways behind nginx, on all cores. ${PER_SECOND} messages a second are posted over ${CHANNELS} channels, each with an equal part of ` +
        `the streams. One gateway gets SIGTERM; its streams end with \`retry:\`, come back through nginx and resume on the other one.`,
    ],
    series: figures.series,
    claims: [
      {
        text: 'Every stream resumes on the other gateway, 0 lost, 0 doubled',
        shown: `${moved} streams moved, ${lost} messages lost, ${doubled} doubled`,
        holds: lost === 0 && doubled === 0 && (moved ?? 0) > 0,
      },
    ],
    charts: [],
  }
}

async function measure(testbed: Testbed, streams: number, seconds: number) {
  const dir = testbed.folder('drain')
  await rm(dir, { recursive: true, force: true })
  const stack = await startStack({ dir, gateways: 2, bridges: 2, ingests: 1 })
  const port = Number(new URL(stack.origin).port)
  const client = testbed.load({
    port,
    streams,
    path: '/events?channel=bench.{n}',
    channels: CHANNELS,
    receivers: streams / CHANNELS,
    resume: true,
    readyEvent: true,
  })
  try {
    await client.opened
    client.reset()
    const publisher = await HttpPublisher.open({
      port,
      path: (at) => `/channels/bench.${at % CHANNELS}/messages`,
      body: (sentAt) => `{"data":${dataOf(sentAt)}}`,
      connections: 8,
    })
    const all = [pace(publisher, { perSecond: PER_SECOND, seconds }), endOne(stack, seconds / 4)]
    const [, exitSeconds = 0] = await Promise.all(all)
    // For as long as it took, and a while more: messages flow throughout.
    let published = Math.round(PER_SECOND * seconds)
    published += await pace(publisher, { perSecond: PER_SECOND, seconds })
    await publisher.close()
    const isComplete = await client.completed(published, 30_000)
    const report = await client.report()
    return {
      [MOVED]: report.resumed,
      [EXIT]: exitSeconds,
      [LONGEST]: report.each.max,
      [LOST]: report.lost + report.gaps + (isComplete ? 0 : published - report.complete),
      [DOUBLED]: report.doubled,
      'otherwise wrong': brokenOf(report) - report.lost - report.gaps - report.doubled,
    }
  } finally {
    await client.close()
    await stack.stop()
  }
}

/** Ends the first gateway after so many seconds; answers how many more that took. */
async function endOne(stack: Stack, after: number): Promise<number> {
  await pause(after * 1_000)
  const gateway = stack.processes.find(({ name }) => name === 'gateway-1')
  const before = performance.now()
  await gateway?.stop()
  return (performance.now() - before) / 1_000
}
