/** A limit on a change: a number of pods, or a percentage, within a period. */
interface ScalingPolicy {
  type: 'Pods' | 'Percent'
  value: number
  periodSeconds: number
}

/** One direction of `behavior`. */
export interface ScalingRules {
  stabilizationWindowSeconds: number
  selectPolicy: 'Max' | 'Min' | 'Disabled'
  policies: readonly ScalingPolicy[]
}

/** A HorizontalPodAutoscaler (autoscaling/v2) for one Pods metric with an AverageValue. */
export interface HpaSpec {
  minReplicas: number
  maxReplicas: number
  /** The metric's target average per pod. */
  target: number
  scaleUp: ScalingRules
  scaleDown: ScalingRules
}

/** The controller's view of the pods. */
interface Observation {
  /** Wanted replicas, ready or not. */
  replicas: number
  /** The metric of each pod that has one. */
  values: readonly number[]
}

interface Change {
  at: number
  by: number
}

/** The controller's memory between two decisions. */
export interface HpaMemory {
  recommendations: readonly { at: number; replicas: number }[]
  changes: readonly Change[]
}

export const NOTHING_YET: HpaMemory = { recommendations: [], changes: [] }

/** The interval of the controller (`--horizontal-pod-autoscaler-sync-period`). */
export const SYNC_SECONDS = 15
/** The deviation from the target that the controller ignores (`--horizontal-pod-autoscaler-tolerance`). */
const TOLERANCE = 0.1

/**
 * One decision of Kubernetes' horizontal autoscaler, as in pkg/controller/podautoscaler of 1.32: the proposal from the metric, then the
 * stabilisation windows, then the policies, then the bounds. `now` is in seconds.
 */
export function decide(
  spec: HpaSpec,
  memory: HpaMemory,
  observed: Observation,
  now: number,
): { replicas: number; memory: HpaMemory } {
  const { replicas } = observed
  const proposed = propose(spec.target, observed)
  const stable = stabilise(spec, memory, replicas, proposed, now)
  const decided = bound(spec, memory.changes, replicas, stable, now)
  const longest = Math.max(
    spec.scaleUp.stabilizationWindowSeconds,
    spec.scaleDown.stabilizationWindowSeconds,
  )
  const period = Math.max(
    0,
    ...[...spec.scaleUp.policies, ...spec.scaleDown.policies].map((each) => each.periodSeconds),
  )
  const change = decided === replicas ? [] : [{ at: now, by: decided - replicas }]
  return {
    replicas: decided,
    memory: {
      recommendations: [
        ...memory.recommendations.filter(({ at }) => at > now - longest),
        { at: now, replicas: proposed },
      ],
      changes: [...memory.changes.filter(({ at }) => at > now - period), ...change],
    },
  }
}

/** The proposal from the metric. A pod without a metric counts as empty if pods would be added, and as full if pods would be removed. */
function propose(target: number, { replicas, values }: Observation): number {
  if (values.length === 0) return replicas
  const sum = values.reduce((total, value) => total + value, 0)
  const ratio = sum / values.length / target
  const missing = replicas - values.length
  if (missing <= 0) {
    return Math.abs(1 - ratio) <= TOLERANCE ? replicas : Math.ceil(ratio * values.length)
  }
  const assumed = ratio < 1 ? sum + missing * target : sum
  const newRatio = assumed / replicas / target
  const turned = ratio < 1 !== newRatio < 1
  if (Math.abs(1 - newRatio) <= TOLERANCE || turned) return replicas
  const proposed = Math.ceil(newRatio * replicas)
  const wrongWay = newRatio < 1 ? proposed > replicas : proposed < replicas
  return wrongWay ? replicas : proposed
}

/** Up only as far as every recent proposal, down only as far as every recent proposal. */
function stabilise(
  { scaleUp, scaleDown }: HpaSpec,
  { recommendations }: HpaMemory,
  replicas: number,
  proposed: number,
  now: number,
): number {
  const within = (seconds: number): number[] =>
    recommendations.filter(({ at }) => at > now - seconds).map((each) => each.replicas)
  const up = Math.min(proposed, ...within(scaleUp.stabilizationWindowSeconds))
  const down = Math.max(proposed, ...within(scaleDown.stabilizationWindowSeconds))
  return Math.min(Math.max(replicas, up), down)
}

function bound(
  spec: HpaSpec,
  changes: readonly Change[],
  replicas: number,
  wanted: number,
  now: number,
): number {
  if (wanted > replicas) {
    const limit = Math.max(replicas, limitOf(spec.scaleUp, changes, replicas, now, 1))
    return Math.min(wanted, limit, spec.maxReplicas)
  }
  if (wanted < replicas) {
    const limit = Math.min(replicas, limitOf(spec.scaleDown, changes, replicas, now, -1))
    return Math.max(wanted, limit, spec.minReplicas)
  }
  return Math.min(Math.max(replicas, spec.minReplicas), spec.maxReplicas)
}

/** The limit that the policies of one direction set; each period counts from the replicas at its beginning. */
function limitOf(
  { selectPolicy, policies }: ScalingRules,
  changes: readonly Change[],
  replicas: number,
  now: number,
  sign: 1 | -1,
): number {
  if (selectPolicy === 'Disabled') return replicas
  const limits = policies.map(({ type, value, periodSeconds }) => {
    const recent = changes.filter(({ at }) => at > now - periodSeconds)
    const start = replicas - recent.reduce((total, { by }) => total + by, 0)
    if (type === 'Pods') return start + sign * value
    const exact = start * (1 + (sign * value) / 100)
    return sign === 1 ? Math.ceil(exact) : Math.trunc(exact)
  })
  // `Max` is the policy with the largest change, in both directions.
  const most = (selectPolicy === 'Max') === (sign === 1)
  return most ? Math.max(...limits) : Math.min(...limits)
}
