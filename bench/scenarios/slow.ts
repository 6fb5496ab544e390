import type { Bed } from '../bed.ts'
import { format } from '../figures.ts'
import { gateway, metricOf } from '../peers/gateway.ts'
import { memoryOf } from '../process.ts'
import type { Outcome } from '../results.ts'
import { Figures, inTurn, type Plan } from '../scenario.ts'
import { Session } from '../session.ts'

const ALONE = { name: 'without', slow: 0, stalled: 0 }
const DISTURBED = { name: 'with a slow and a stalled reader', slow: 1, stalled: 1 }
const SLOW_BYTES = 1_000
/**
 * So long that the stalled one is over its bound more than once (the kernel takes up to 4 MB first, then the gateway 1 MB), and
 * that one moment in which the machine did something else is not the hundredth part of it.
 */
const SECONDS = 45
const P99 = 'p99 of the others, ms'
const P50 = 'median of the others, ms'
const MEMORY = 'most MB'
const CUT = 'readers cut'
const NOTICED = 'cuts that reached their reader'
const ENDS = 'causeway_gateway_stream_ends_total'
const FAULTS = 'lost or doubled'

/** Readers that do not keep up, and what the others notice of them. */
export async function slow(bed: Bed, plan: Plan): Promise<Outcome> {
  const streams = plan.quick ? 100 : 1_000
  const perSecond = await findRate(bed, streams, plan.quick ? 0.5 : 3)
  const seconds = plan.quick ? 2 : SECONDS
  plan.say(`${format(perSecond)} messages/s, half of what the gateway takes`)
  const figures = new Figures(plan.say)
  await inTurn(plan, [ALONE, DISTURBED], async ({ name, slow: slowOnes, stalled }) => {
    const session = await Session.open(bed, gateway, {
      streams: streams + slowOnes + stalled,
      slow: slowOnes,
      slowBytes: SLOW_BYTES,
      stalled,
      resume: true,
    })
    try {
      const warmUp = await session.paced(perSecond, seconds / 5)
      const calm = await session.paced(perSecond, seconds)
      const { metricsUrl = '' } = session.running
      figures.add(name, {
        [P99]: calm.each.p99,
        [P50]: calm.each.p50,
        [MEMORY]: memoryOf(session.running.pid).most / 1e6,
        [CUT]: await metricOf(metricsUrl, ENDS, '"slow"'),
        [NOTICED]: warmUp.closed + calm.closed,
        [FAULTS]: warmUp.faults + calm.faults,
      })
    } finally {
      await session.close()
    }
  })
  const p99 = figures.median(DISTURBED.name, P99) / figures.median(ALONE.name, P99)
  const memory = figures.median(DISTURBED.name, MEMORY) - figures.median(ALONE.name, MEMORY)
  const faults = figures.sum(ALONE.name, FAULTS) + figures.sum(DISTURBED.name, FAULTS)
  return {
    title: `Slow readers among ${format(streams)}`,
    method: [
      `One channel at ${format(perSecond)} messages/s, half of what the gateway took just before, for ${seconds} s: alone, and with one reader more that ` +
        `reads nothing after its \`ready\` and one that reads ${format(SLOW_BYTES)} bytes a second. A reader that is cut comes back with its last id.`,
    ],
    series: figures.series,
    claims: [
      {
        text: 'p99 of the others within 10 % of the run without them',
        shown: `${format(p99 * 100)} %`,
        holds: p99 <= 1.1,
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

async function findRate(bed: Bed, streams: number, seconds: number): Promise<number> {
  const session = await Session.open(bed, gateway, { streams })
  try {
    await session.fast(64, seconds)
    const { rate } = await session.fast(64, seconds)
    return Math.max(10, Math.floor(rate / streams / 2))
  } finally {
    await session.close()
  }
}
