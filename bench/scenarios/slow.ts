import type { Testbed } from '../testbed.ts'
import { format, median } from '../figures.ts'
import type { LoadClient } from '../loadClient.ts'
import { gateway, metricOf } from '../peers/gateway.ts'
import { memoryOf, watchMemory } from '../process.ts'
import type { Outcome } from '../results.ts'
import { Figures, inTurn, type Plan } from '../scenario.ts'
import { brokenOf, Session, type Phase } from '../session.ts'

const BEFORE = { name: 'before' }
const WITH = { name: 'with a slow and a stalled reader' }
const AFTER = { name: 'after' }
const SLOW_BYTES = 1_000
/** Enough for the stalled one to be over its bound: the kernel takes up to 4 MB of it first, then the gateway 1 MB. */
const SECONDS = 20
/** Of each time: one moment in which the machine did something else is in one of them. */
const PHASES = 4
const P99 = 'p99 of the others, ms'
const WORST = 'p99 in the worst part, ms'
const P50 = 'median of the others, ms'
const RATIO = 'p99, % of that before and after'
const MOST = 'MB at most'
const END = 'MB at the end'
const CUT = 'readers cut'
const NOTICED = 'cuts that reached their reader'
const ENDS = 'causeway_gateway_stream_ends_total'
const FAULTS = 'lost or doubled'

/** Readers that do not keep up, and what the others notice of them. */
export async function slow(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const streams = plan.quick ? 100 : 1_000
  const perSecond = await findRate(testbed, streams, plan.quick ? 0.5 : 3)
  const seconds = plan.quick ? 2 : SECONDS
  plan.print(`${format(perSecond)} messages/s, half of what the gateway takes`)
  const figures = new Figures(plan.print)
  await inTurn(plan, [gateway], () => measure(testbed, figures, { streams, perSecond, seconds }))
  const ratio = figures.median(WITH.name, RATIO)
  const memory = figures.median(WITH.name, MOST) - figures.median(AFTER.name, END)
  const faults = figures.sum(WITH.name, FAULTS) + figures.sum(AFTER.name, FAULTS)
  return {
    title: `Slow consumers among ${format(streams)}`,
    method: [
      `One channel at ${format(perSecond)} messages/s, half of what the gateway took just before, in one process three times for ${seconds} s: alone, ` +
        `with one reader more that reads nothing after its \`ready\` and one that reads ${format(SLOW_BYTES)} bytes a second, and alone again. Two processes ` +
        `may differ more than what is to be seen here. Each of the three is measured in ${PHASES} parts; the figures are the medians of the parts. A reader that is cut comes back with its last id. The memory of recent messages fills all the while; so what ` +
        `is at most used with the slow ones is compared with what is used after them.`,
    ],
    series: figures.series,
    claims: [
      {
        text: 'p99 of the others within 10 % of that without them',
        shown: `${format(ratio)} %`,
        holds: ratio <= 110,
      },
      {
        text: 'Memory bounded',
        shown: `${format(Math.max(0, memory))} MB more than without`,
        holds: memory < 32,
      },
      { text: 'Nothing lost', shown: `${faults} lost or doubled`, holds: faults === 0 },
    ],
    charts: [P99],
  }
}

async function measure(
  testbed: Testbed,
  figures: Figures,
  { streams, perSecond, seconds }: { streams: number; perSecond: number; seconds: number },
): Promise<void> {
  const session = await Session.open(testbed, gateway, { streams })
  const { pid, load, metricsUrl = '' } = session.running
  let slowOnes: LoadClient | undefined
  try {
    await session.paced(perSecond, seconds / 4)
    const before = await inParts(session, perSecond, seconds)
    slowOnes = testbed.load({
      ...load,
      streams: 2,
      slow: 1,
      slowBytes: SLOW_BYTES,
      stalled: 1,
      resume: true,
    })
    await slowOnes.opened
    const stopWatching = watchMemory(pid)
    const disturbed = await inParts(session, perSecond, seconds)
    const report = await slowOnes.report()
    const most = stopWatching()
    const cut = await metricOf(metricsUrl, ENDS, '"slow"')
    await slowOnes.close()
    const after = await inParts(session, perSecond, seconds)
    figures.add(BEFORE.name, before.figures)
    figures.add(WITH.name, {
      ...disturbed.figures,
      [RATIO]: (disturbed.p99 * 200) / (before.p99 + after.p99),
      [MOST]: most / 1e6,
      [CUT]: cut,
      [NOTICED]: report.closed,
      [FAULTS]: before.faults + disturbed.faults + brokenOf(report),
    })
    figures.add(AFTER.name, {
      ...after.figures,
      [END]: memoryOf(pid) / 1e6,
      [FAULTS]: after.faults,
    })
  } finally {
    await slowOnes?.close()
    await session.close()
  }
}

async function inParts(session: Session, perSecond: number, seconds: number) {
  const phases: Phase[] = []
  for (let part = 0; part < PHASES; part++) {
    phases.push(await session.paced(perSecond, seconds / PHASES))
  }
  const p99s = phases.map(({ each }) => each.p99)
  const p99 = median(p99s)
  return {
    p99,
    figures: {
      [P99]: p99,
      [WORST]: Math.max(...p99s),
      [P50]: median(phases.map(({ each }) => each.p50)),
    },
    faults: phases.reduce((sum, { faults }) => sum + faults, 0),
  }
}

async function findRate(testbed: Testbed, streams: number, seconds: number): Promise<number> {
  const session = await Session.open(testbed, gateway, { streams })
  try {
    await session.fast(64, seconds)
    const { rate } = await session.fast(64, seconds)
    return Math.max(10, Math.floor(rate / streams / 2))
  } finally {
    await session.close()
  }
}
