import { defaultBehaviour, type GatewayValues, hastyBehaviour } from './policy.ts'
import { markdownTable } from '../report/markdown.ts'
import { type Outcome, simulate } from './simulate.ts'

/** From the decision to readiness: scheduling, a start of a few seconds, the readiness probe. */
const START_SECONDS = 30
/** MAX_STREAM_SECONDS minus a tenth, by which jitter shortens it on average. */
const MAX_AGE_SECONDS = 3_600 * 0.9
/** The part of its drain over which a gateway spreads its goodbyes; the rest is for the streams that end last. */
const SPREAD = 0.7

const OURS = 'the chart’s policy'

/** Simulates the same day under several policies; the first one is the chart's. */
export function simulateAll(
  day: readonly number[],
  { hpa, drainSeconds }: GatewayValues,
): [string, Outcome][] {
  const options = {
    startSeconds: START_SECONDS,
    drainSeconds: drainSeconds * SPREAD,
    maxAgeSeconds: MAX_AGE_SECONDS,
  }
  return [
    [OURS, simulate(day, hpa, options)],
    ['Kubernetes’ default (`behavior` left out)', simulate(day, defaultBehaviour(hpa), options)],
    ['default without a window', simulate(day, hastyBehaviour(hpa), options)],
    [`${OURS}, but pods that just end`, simulate(day, hpa, { ...options, drainSeconds: 1 })],
  ]
}

const COLUMNS: [string, (outcome: Outcome) => number][] = [
  ['scale-downs', ({ scaleDowns }) => scaleDowns],
  ['reconnects by them', ({ reconnects }) => reconnects['scale-down']],
  ['most of these in a second', ({ worstSecond }) => worstSecond],
  ['reconnects by the deploy', ({ reconnects }) => reconnects.deploy],
  ['reconnects by age', ({ reconnects }) => reconnects['max-age']],
  ['fullest pod', ({ fullest }) => fullest],
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
