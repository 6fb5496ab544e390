import { DEPLOY_AT } from './day.ts'
import { type Cause, Fleet, type FleetOptions } from './fleet.ts'
import { decide, type HpaSpec, NOTHING_YET, SYNC_SECONDS } from './hpa.ts'

/** The state at the end of a minute, and the reconnects within it. */
export interface Sample {
  wanted: number
  replicas: number
  /** Streams on the fullest pod. */
  fullest: number
  reconnects: Record<Cause, number>
}

export interface Outcome {
  samples: Sample[]
  reconnects: Record<Cause, number>
  /** The most readers that a scale-down disconnected within one second. */
  worstSecond: number
  podHours: number
  scaleDowns: number
  scaleUps: number
  fullest: number
  /** Minutes in which one pod had a fifth more than its target. */
  crowdedMinutes: number
}

/** The interval of scrapes; the autoscaler sees the values of the last one. */
const SCRAPE_SECONDS = 30

/** Simulates a day, given as streams per minute, under the autoscaler. */
export function simulate(
  streams: readonly number[],
  spec: HpaSpec,
  options: FleetOptions,
): Outcome {
  const first = streams[0] ?? 0
  const start = Math.max(spec.minReplicas, Math.ceil(first / spec.target))
  const fleet = new Fleet(options, start, first)
  const outcome: Outcome = {
    samples: [],
    reconnects: noReconnects(),
    worstSecond: 0,
    podHours: 0,
    scaleDowns: 0,
    scaleUps: 0,
    fullest: 0,
    crowdedMinutes: 0,
  }
  let memory = NOTHING_YET
  let scraped: number[] = []
  for (let minute = 0; minute < streams.length; minute++) {
    const reconnects = noReconnects()
    const [from = 0, to = from] = streams.slice(minute, minute + 2)
    if (minute === DEPLOY_AT) fleet.deploy(minute * 60)
    for (let second = 0; second < 60; second++) {
      const now = minute * 60 + second
      if (now % SCRAPE_SECONDS === 0) scraped = fleet.values(now)
      if (now % SYNC_SECONDS === 0) {
        const { replicas } = fleet
        const decision = decide(spec, memory, { replicas, values: scraped }, now)
        memory = decision.memory
        if (decision.replicas > replicas) outcome.scaleUps++
        if (decision.replicas < replicas) outcome.scaleDowns++
        fleet.scale(decision.replicas, now)
      }
      const sent = fleet.step(now, from + ((to - from) * second) / 60)
      for (const [cause, count] of sent) reconnects[cause] += count
      outcome.worstSecond = Math.max(outcome.worstSecond, sent.get('scale-down') ?? 0)
      outcome.podHours += fleet.replicas / 3_600
      outcome.fullest = Math.max(outcome.fullest, ...fleet.values(now))
    }
    for (const cause of CAUSES) outcome.reconnects[cause] += reconnects[cause]
    const fullest = Math.max(...fleet.values(minute * 60 + 59))
    if (fullest > spec.target * 1.2) outcome.crowdedMinutes++
    outcome.samples.push({ wanted: from, replicas: fleet.replicas, fullest, reconnects })
  }
  return outcome
}

const CAUSES: readonly Cause[] = ['max-age', 'scale-down', 'deploy', 'moves']

function noReconnects(): Record<Cause, number> {
  return { 'max-age': 0, 'scale-down': 0, deploy: 0, moves: 0 }
}
