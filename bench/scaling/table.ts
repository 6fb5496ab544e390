import { defaultBehaviour, type GatewayValues, hastyBehaviour } from './policy.ts'
import { markdownTable } from '../report/markdown.ts'
import type { FleetOptions } from './fleet.ts'
import type { HpaSpec } from './hpa.ts'
import { type Outcome, simulate } from './simulate.ts'

/** From the decision to readiness: scheduling, a start of a few seconds, the readiness probe. */
const START_SECONDS = 30
/** MAX_STREAM_SECONDS minus a tenth, by which jitter shortens it on average. */
const MAX_AGE_SECONDS = 3_600 * 0.9
/** The part of its drain over which a gateway spreads its goodbyes; the rest is for the streams that end last. */
const SPREAD = 0.7

/** The default of the setting of that name. */
const MOVES_PER_MINUTE = 3_000

/** Enough for the day; the chart's own number fits its default of edges. */
const MAX_REPLICAS = 20

const OURS = 'the chart’s policy'

/** Simulates the same day under several policies; the first one is the chart's, and each other one differs in what its name says. */
export function simulateAll(
  day: readonly number[],
  { hpa: ours, drainSeconds }: GatewayValues,
): [string, Outcome][] {
  const hpa = { ...ours, maxReplicas: MAX_REPLICAS }
  const options: FleetOptions = {
    startSeconds: START_SECONDS,
    drainSeconds: drainSeconds * SPREAD,
    maxAgeSeconds: MAX_AGE_SECONDS,
    choice: 'least',
    movesPerMinute: MOVES_PER_MINUTE,
    surge: 1,
  }
  const simulated = (spec: HpaSpec, more: Partial<FleetOptions> = {}): Outcome =>
    simulate(day, spec, { ...options, ...more })
  return [
    [OURS, simulated(hpa)],
    ['without moves', simulated(hpa, { movesPerMinute: 0 })],
    ['the edge chooses by chance', simulated(hpa, { choice: 'chance' })],
    ['by chance, without moves', simulated(hpa, { choice: 'chance', movesPerMinute: 0 })],
    [
      'by chance, and a deploy starts all new pods first',
      simulated(hpa, { choice: 'chance', surge: 99 }),
    ],
    ['Kubernetes’ default (`behavior` left out)', simulated(defaultBehaviour(hpa))],
    ['default without a window', simulated(hastyBehaviour(hpa))],
    ['pods that just end', simulated(hpa, { drainSeconds: 1 })],
  ]
}

const COLUMNS: [string, (outcome: Outcome) => number][] = [
  ['scale-downs', ({ scaleDowns }) => scaleDowns],
  ['reconnects by them', ({ reconnects }) => reconnects['scale-down']],
  ['most of these in a second', ({ worstSecond }) => worstSecond],
  ['by the deploy', ({ reconnects }) => reconnects.deploy],
  ['by moves', ({ reconnects }) => reconnects.moves],
  ['by age', ({ reconnects }) => reconnects['max-age']],
  ['fullest pod', ({ fullest }) => fullest],
  ['minutes with a pod a fifth above its target', ({ crowdedMinutes }) => crowdedMinutes],
  ['pod hours', ({ podHours }) => podHours],
]

/** The outcomes as a table in Markdown. */
export function renderTable(outcomes: readonly [string, Outcome][]): string {
  return markdownTable(
    ['', ...COLUMNS.map(([title]) => title)],
    outcomes.map(([name, outcome]) => [
      name,
      ...COLUMNS.map(([, of]) => Math.round(of(outcome)).toLocaleString('en-US')),
    ]),
    (column) => column > 0,
  )
}
