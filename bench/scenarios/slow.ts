import type { Testbed } from '../testbed.ts'
import { FAULTS, type Figures } from '../report/figures.ts'
import { format, median } from '../report/statistics.ts'
import { readMetric } from '../../stack/readMetric.ts'
import { gateway } from '../peers/gateway.ts'
import { memoryOf, watchMemory } from '../machine/process.ts'
import { claim, type Outcome } from '../report/results.ts'
import { inTurn, type Plan } from '../scenario.ts'
import { brokenOf, type Measurement, Session } from '../session.ts'

const BEFORE = { name: 'before' }
const WITH = { name: 'with a slow and a stalled reader' }
const AFTER = { name: 'after' }
const SLOW_BYTES = 1_000
/** Enough to take the stalled reader over its bound: the kernel buffers up to 4 MB first, then the gateway 1 MB. */
const SECONDS = 20
/** Parts of each phase: a moment in which the machine did something else spoils only one of them. */
const PARTS = 4
const P99 = 'p99 of the others, ms'
const WORST = 'p99 in the worst part, ms'
const P50 = 'median of the others, ms'
const RATIO = 'p99, % of that before and after'
const MOST = 'MB at most'
const END = 'MB at the end'
const CUT = 'readers disconnected'
const NOTICED = 'disconnects that reached their reader'
const ENDS = 'causeway_gateway_stream_ends_total'

/** Readers that do not keep up, and their effect on the others. */
export async function slow(testbed: Testbed, plan: Plan): Promise<Outcome> {
  const streams = plan.quick ? 100 : 1_000
  const perSecond = await findRate(testbed, streams, plan.quick ? 0.5 : 3)
  const seconds = plan.quick ? 2 : SECONDS
  plan.print(`${format(perSecond)} messages/s, half of what the gateway takes`)
  const figures = await inTurn(plan, [gateway], (_, found) =>
    measure(testbed, found, { streams, perSecond, seconds }),
  )
  const ratio = figures.median(WITH.name, RATIO)
  const memory = figures.median(WITH.name, MOST) - figures.median(AFTER.name, END)
  return {
    title: `Slow consumers among ${format(streams)}`,
    method: [
      `One channel has ${format(perSecond)} messages/s, half of what the gateway took just before. One process goes through three phases of ` +
        `${seconds} s: without slow consumers, with two, and without them again. One of the two reads nothing after its \`ready\`; the other ` +
        `reads ${format(SLOW_BYTES)} bytes a second. Two processes may differ by more than this effect. Each phase is measured in ${PARTS} ` +
        `parts; the figures are the medians of the parts.`,
      `A disconnected reader returns with its last id. The replay buffer fills throughout, so the most memory used with the slow consumers ` +
        `is compared with that used after them.`,
    ],
    series: figures.series,
    claims: [
      claim(
        'p99 of the others within 10 % of that without them',
        `${format(ratio)} %`,
        ratio <= 110,
      ),
      claim('Memory bounded', `${format(Math.max(0, memory))} MB more than without`, memory < 32),
      figures.nothingLost(WITH.name, AFTER.name),
    ],
    charts: [P99],
  }
}

function measure(
  testbed: Testbed,
  figures: Figures,
  { streams, perSecond, seconds }: { streams: number; perSecond: number; seconds: number },
): Promise<void> {
  return Session.use(testbed, gateway, { streams }, async (session) => {
    const { pid, load, metricsUrl } = session.running
    await session.paced(perSecond, seconds / 4)
    const before = await inParts(session, perSecond, seconds)
    const slowOnes = testbed.load({
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
    const cut = await readMetric(metricsUrl, ENDS, '"slow"')
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
  })
}

async function inParts(session: Session, perSecond: number, seconds: number) {
  const parts: Measurement[] = []
  for (let part = 0; part < PARTS; part++) {
    parts.push(await session.paced(perSecond, seconds / PARTS))
  }
  const p99s = parts.map(({ each }) => each.p99)
  const p99 = median(p99s)
  return {
    p99,
    figures: {
      [P99]: p99,
      [WORST]: Math.max(...p99s),
      [P50]: median(parts.map(({ each }) => each.p50)),
    },
    faults: parts.reduce((sum, { faults }) => sum + faults, 0),
  }
}

function findRate(testbed: Testbed, streams: number, seconds: number): Promise<number> {
  return Session.use(testbed, gateway, { streams }, async (session) => {
    await session.fast(64, seconds)
    const { rate } = await session.fast(64, seconds)
    return Math.max(10, Math.floor(rate / streams / 2))
  })
}
