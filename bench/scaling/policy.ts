import type { HpaSpec, ScalingRules } from './hpa.ts'

/** The gateway's values of the chart that the simulation needs. */
export interface GatewayValues {
  hpa: HpaSpec
  drainSeconds: number
  /** Its memory limit. */
  memoryBytes: number
}

/**
 * Reads the chart's values.yaml. It needs only maps of plain values, so no library: the tests compare the result with Helm's for the
 * same file.
 */
export function readGatewayValues(yaml: string): GatewayValues {
  const values = readScalars(yaml)
  const number = (key: string): number => {
    const text = values.get(`gateway.${key}`)
    const value = Number(text)
    if (text === undefined || !Number.isFinite(value)) {
      throw new Error(`The chart's values have no number at gateway.${key}`)
    }
    return value
  }
  const scaling = (key: string): number => number(`autoscaling.${key}`)
  const pods = (direction: string) => ({
    type: 'Pods' as const,
    value: scaling(`${direction}.pods`),
    periodSeconds: scaling(`${direction}.periodSeconds`),
  })
  const [, memory, unit = ''] =
    /^(\d+)(Mi|Gi)$/.exec(values.get('gateway.resources.limits.memory') ?? '') ?? []
  if (memory === undefined) throw new Error("The chart's values have no memory limit in Mi or Gi")
  return {
    drainSeconds: number('drainSeconds'),
    memoryBytes: Number(memory) * 2 ** (unit === 'Gi' ? 30 : 20),
    hpa: {
      minReplicas: scaling('minReplicas'),
      maxReplicas: scaling('maxReplicas'),
      target: scaling('streamsPerPod'),
      scaleUp: {
        stabilizationWindowSeconds: scaling('scaleUp.stabilizationSeconds'),
        selectPolicy: 'Max',
        policies: [
          {
            type: 'Percent',
            value: scaling('scaleUp.percent'),
            periodSeconds: scaling('scaleUp.periodSeconds'),
          },
          pods('scaleUp'),
        ],
      },
      scaleDown: {
        stabilizationWindowSeconds: scaling('scaleDown.stabilizationSeconds'),
        selectPolicy: 'Max',
        policies: [pods('scaleDown')],
      },
    },
  }
}

/** The dotted paths of all plain values. */
function readScalars(yaml: string): Map<string, string> {
  const found = new Map<string, string>()
  const above: { indent: number; key: string }[] = []
  for (const line of yaml.split('\n')) {
    const [, space = '', key, value = ''] = /^( *)([\w-]+):(?: +([^#]*))?/.exec(line) ?? []
    if (key === undefined) continue
    while ((above.at(-1)?.indent ?? -1) >= space.length) above.pop()
    above.push({ indent: space.length, key })
    if (value.trim() !== '') found.set(above.map((each) => each.key).join('.'), value.trim())
  }
  return found
}

const UP_AT_ONCE: ScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Percent', value: 100, periodSeconds: 15 },
    { type: 'Pods', value: 4, periodSeconds: 15 },
  ],
}

/** The autoscaler's default, without `behavior`. */
export function defaultBehaviour(spec: HpaSpec): HpaSpec {
  return { ...spec, scaleUp: UP_AT_ONCE, scaleDown: allAtOnce(300) }
}

/** Scales down at once, by as much as the metric proposes. */
export function hastyBehaviour(spec: HpaSpec): HpaSpec {
  return { ...spec, scaleUp: UP_AT_ONCE, scaleDown: allAtOnce(0) }
}

function allAtOnce(stabilizationWindowSeconds: number): ScalingRules {
  return {
    stabilizationWindowSeconds,
    selectPolicy: 'Max',
    policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
  }
}
