import { rm } from 'node:fs/promises'
import { type Stack, startStack } from '../../stack/stack.ts'
import type { Testbed } from '../testbed.ts'
import { format } from '../report/statistics.ts'
import { pace, pause } from '../load/publisher.ts'
import { CHANNELS, openPosts, openStreams } from '../load/wholeSystem.ts'
import { claim, type Outcome } from '../report/results.ts'
import { inTurn, type Plan } from '../scenario.ts'
import { brokenOf } from '../session.ts'
import { NOW } from '../target.ts'

const PER_SECOND = 200
const MOVED = 'streams that moved'
const EXIT = 's from SIGTERM to its exit'
const LOST = 'lost'
const DOUBLED = 'doubled'
const LONGEST = 'longest wait for a message, ms'

/** One of two gateways stops in an orderly way while messages flow. */
export async function drain(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const streams = plan.quick ? 500 : 5_000
  // No figure here is per core: the whole system runs as it does for a user.
  const figures = await testbed.onAllCores(() =>
    inTurn(plan, [{ name: NOW }], () => measure(testbed, streams, plan.quick ? 1 : 4)),
  )
  const [lost, doubled, moved] = [LOST, DOUBLED, MOVED].map((each) => figures.sum(NOW, each))
  return {
    title: `Drain: a gateway with its share of ${format(streams)} streams stops`,
    method: [
      `The whole system runs with two gateways behind nginx, on all cores. Clients post ${PER_SECOND} messages a second to ${CHANNELS} channels, ` +
        `each with an equal part of the streams. One gateway gets SIGTERM. Its streams end with \`retry:\`, return through nginx and resume on the other one.`,
    ],
    series: figures.series,
    claims: [
      claim(
        'Every stream resumes on the other gateway, 0 lost, 0 doubled',
        `${moved} streams moved, ${lost} messages lost, ${doubled} doubled`,
        lost === 0 && doubled === 0 && (moved ?? 0) > 0,
      ),
    ],
    charts: [],
  }
}

async function measure(testbed: Testbed, streams: number, seconds: number) {
  const dir = testbed.folder('drain')
  await rm(dir, { recursive: true, force: true })
  const stack = await startStack({ dir, gateways: 2, bridges: 2, ingests: 1 })
  const port = Number(new URL(stack.origin).port)
  const client = openStreams(testbed, port, streams)
  try {
    await client.opened
    client.reset()
    const publisher = await openPosts(port, 8)
    const all = [pace(publisher, { perSecond: PER_SECOND, seconds }), endOne(stack, seconds / 4)]
    const [, exitSeconds = 0] = await Promise.all(all)
    // Messages flow throughout the drain, and as long again after it.
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

/** Stops the first gateway after some seconds, and returns how many seconds the stop took. */
async function endOne(stack: Stack, after: number): Promise<number> {
  await pause(after * 1_000)
  const gateway = stack.processes.find(({ name }) => name === 'gateway-1')
  const before = performance.now()
  await gateway?.stop()
  return (performance.now() - before) / 1_000
}
