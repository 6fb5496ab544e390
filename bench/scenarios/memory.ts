import type { Bed } from '../bed.ts'
import { format, median } from '../figures.ts'
import { gateway } from '../peers/gateway.ts'
import { nchan } from '../peers/nchan.ts'
import { bareSocket, plainNode } from '../peers/nodePeers.ts'
import { memoryOf } from '../process.ts'
import { pause } from '../publisher.ts'
import type { Outcome } from '../results.ts'
import { Figures, inTurn, type Plan } from '../scenario.ts'
import type { Subject } from '../subject.ts'

const SUBJECTS = [gateway, nchan, plainNode, bareSocket]
const EACH = 'kB a stream'
const EMPTY = 'empty, MB'
const CHURNED = 'MB after churn'
const BEFORE_CHURN = 'MB before churn'

/** What an idle stream costs, and whether coming and going leaves anything behind. */
export async function memory(bed: Bed, plan: Plan): Promise<Outcome> {
  const streams = plan.quick ? 1_000 : 10_000
  // Longer than the gateway's heartbeats are apart: what they leave is counted too.
  const settleMs = plan.quick ? 3_000 : 25_000
  const figures = new Figures(plan.say)
  await inTurn(plan, SUBJECTS, async (subject) => {
    figures.add(subject.name, await measure(bed, subject, streams, settleMs))
  })
  plan.say(`letting streams of the gateway come and go for ${plan.minutes} min`)
  const perSecond = streams / 20
  const { early, late } = await churn(bed, plan, streams, perSecond)
  figures.add(gateway.name, { [BEFORE_CHURN]: early, [CHURNED]: late })

  const ours = figures.median(gateway.name, EACH)
  const theirs = figures.median(nchan.name, EACH)
  const growth = late / early - 1
  return {
    title: `Memory: ${format(streams)} idle streams`,
    method: [
      `Resident memory of the process (of Nchan, its worker), without that of mapped files, ${settleMs / 1_000} s after the last stream was opened, less what it was before ` +
        `the first, divided by the streams: what the process grows by. What a process took for its start and does not need any more is used again, so a stream may ` +
        `weigh a little more than this, above all where it is light. No garbage collection is forced from outside. What the kernel keeps for each socket is not in it, for none of them.`,
      `Then, of the gateway alone, ${format(perSecond)} streams a second leave and come anew for ${plan.minutes} min. Compared are the medians of the ` +
        `second and of the last fifth of that time.`,
    ],
    series: figures.series,
    claims: [
      {
        text: 'Less memory for an idle stream than Nchan',
        shown: `${format(ours)} kB against ${format(theirs)} kB`,
        holds: ours < theirs,
      },
      {
        text: `No growth over ${plan.minutes} min of churn`,
        shown: `${format(early)} MB early, ${format(late)} MB late (${format(growth * 100)} %)`,
        holds: growth < 0.05,
      },
    ],
    charts: [EACH],
  }
}

async function measure(
  bed: Bed,
  subject: Subject,
  streams: number,
  settleMs: number,
): Promise<Record<string, number>> {
  const running = await subject.start(bed, 1)
  try {
    await pause(2_000)
    const empty = memoryOf(running.pid)
    const client = bed.load({ ...running.load, streams })
    await client.opened
    await pause(settleMs)
    const full = memoryOf(running.pid)
    await client.close()
    return { [EACH]: (full - empty) / streams / 1_000, [EMPTY]: empty / 1e6 }
  } finally {
    await running.stop()
  }
}

async function churn(bed: Bed, plan: Plan, streams: number, perSecond: number) {
  const running = await gateway.start(bed, 1)
  const client = bed.load({ ...running.load, streams, sources: 8 })
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
