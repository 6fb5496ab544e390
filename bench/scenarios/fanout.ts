import type { Bed } from '../bed.ts'
import { format } from '../figures.ts'
import type { LoadReport } from '../loadClient.ts'
import { gateway } from '../peers/gateway.ts'
import { nchan } from '../peers/nchan.ts'
import { plainNode } from '../peers/nodePeers.ts'
import { sink } from '../peers/sink.ts'
import { processorTimeOf } from '../process.ts'
import { pace, pause, saturate } from '../publisher.ts'
import type { Outcome } from '../results.ts'
import { faultsOf, Figures, inTurn, type Plan } from '../scenario.ts'
import type { Subject } from '../subject.ts'

const SUBJECTS = [gateway, nchan, plainNode]
const WINDOWS = [4, 16, 64, 128, 256]
const P99_LIMIT_MS = 100

const RATE = 'deliveries/s'
const P99 = 'p99, ms'
const FAULTS = 'lost or doubled'
const COST = 'µs of processor a delivery'
const CALM_RATE = 'deliveries/s at 70 %'
const CALM_P99 = 'p99 at 70 %, ms'

/** 1,000 streams of one channel, messages as fast as they are taken. */
export async function fanout(bed: Bed, plan: Plan): Promise<Outcome> {
  const streams = plan.quick ? 100 : 1_000
  const seconds = plan.quick ? 1 : 5
  const figures = new Figures(plan.say)
  const windows = new Map<string, number>()
  plan.say('looking for how many messages each takes at once')
  for (const subject of SUBJECTS) {
    windows.set(subject.name, await findWindow(bed, subject, streams, plan))
  }
  await inTurn(plan, SUBJECTS, async (subject) => {
    const window = windows.get(subject.name) ?? 0
    figures.add(subject.name, await measure(bed, subject, { streams, seconds, window }))
  })
  figures.add(sink.name, { [RATE]: await sink.measure(bed, streams, seconds) })

  const ours = figures.median(gateway.name, RATE)
  const ratio = ours / figures.median(nchan.name, RATE)
  const limit = ours / figures.median(plainNode.name, RATE)
  const p99 = figures.median(gateway.name, P99)
  const faults = figures.sum(gateway.name, FAULTS)
  const chosen = SUBJECTS.map(({ name }) => `${name} ${windows.get(name)}`).join(', ')
  return {
    title: `Fan-out: ${format(streams)} streams of one channel`,
    method: [
      `Messages of about 300 bytes on the wire are published for ${seconds} s, with a fixed number of them on their way: the next one is sent when ` +
        `all streams have one of those. That number is each server's best, looked for beforehand: the one of ${WINDOWS.join(', ')} with the ` +
        `most deliveries while their p99 stays below ${P99_LIMIT_MS} ms (${chosen}). A delivery's time runs from before the message is handed to Redis ` +
        `(Nchan: to its publishing socket) until the client has read it. Then messages come for as long again at 70 % of that rate, whether ` +
        `they are taken or not, and a message that was sent late counts from when it was due.`,
      `The load client checks every event of every stream: each message names the one before it. "load client" is what it can check itself, fed by a ` +
        `C program that does nothing but write events rendered beforehand.`,
    ],
    series: figures.series,
    claims: [
      {
        text: "At least 8 times Nchan's deliveries/s",
        shown: `${format(ratio)} times; ${format(limit * 100)} % of plain Node`,
        holds: ratio >= 8,
      },
      {
        text: `p99 under ${P99_LIMIT_MS} ms`,
        shown: `${format(p99)} ms`,
        holds: p99 < P99_LIMIT_MS,
      },
      { text: 'Nothing lost', shown: `${faults} lost or doubled`, holds: faults === 0 },
    ],
    charts: [RATE, P99],
  }
}

async function findWindow(bed: Bed, subject: Subject, streams: number, plan: Plan) {
  const { client, running, publisher } = await open(bed, subject, streams)
  let best = { window: WINDOWS[0] ?? 1, rate: 0 }
  try {
    await saturate(publisher, client, { window: 16, seconds: plan.quick ? 0.5 : 2 })
    for (const window of WINDOWS) {
      await settle(client)
      client.reset()
      await saturate(publisher, client, { window, seconds: plan.quick ? 0.5 : 2 })
      const report = await client.report()
      const rate = report.events / report.seconds
      plan.say(
        `  ${subject.name}, ${window} at once: ${format(rate)}/s, p99 ${format(report.each.p99)} ms`,
      )
      if (report.each.p99 > P99_LIMIT_MS) break
      if (rate > best.rate) best = { window, rate }
    }
  } finally {
    await publisher.close()
    await client.close()
    await running.stop()
  }
  return best.window
}

async function measure(
  bed: Bed,
  subject: Subject,
  { streams, seconds, window }: { streams: number; seconds: number; window: number },
): Promise<Record<string, number>> {
  const { client, running, publisher } = await open(bed, subject, streams)
  try {
    await saturate(publisher, client, { window, seconds: seconds / 3 })
    await settle(client)
    client.reset()
    const before = processorTimeOf(running.pid)
    const published = await saturate(publisher, client, { window, seconds })
    const { seconds: took, events, each } = await client.report()
    const spent = processorTimeOf(running.pid) - before
    await settle(client)
    const full = await client.report()
    const rate = events / took

    client.reset()
    const perSecond = Math.max(1, Math.floor((rate / streams) * 0.7))
    const paced = await pace(publisher, { perSecond, seconds })
    await settle(client)
    const calm = await client.report()
    return {
      [RATE]: rate,
      [P99]: each.p99,
      [COST]: (spent * 1e6) / events,
      [FAULTS]: faultsOf(full) + missing(full, published) + faultsOf(calm) + missing(calm, paced),
      [CALM_RATE]: perSecond * streams,
      [CALM_P99]: calm.each.p99,
    }
  } finally {
    await publisher.close()
    await client.close()
    await running.stop()
  }
}

async function open(bed: Bed, subject: Subject, streams: number) {
  const running = await subject.start(bed, 1)
  const client = bed.load({ ...running.load, streams })
  await client.opened
  return { running, client, publisher: await running.publisher() }
}

/** Deliveries that are owed: each stream is to have each message. */
function missing({ fewest }: LoadReport, published: number): number {
  return Math.max(0, published - fewest)
}

/** Waits until nothing comes any more. */
async function settle(client: { complete: number }): Promise<void> {
  for (let before = -1; client.complete !== before;) {
    before = client.complete
    await pause(200)
  }
}
