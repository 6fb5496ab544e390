import {
  integer,
  kubernetesObject,
  list,
  map,
  matching,
  object,
  oneOf,
  text,
  type Schema,
} from './jsonSchema.ts'

// What the values of several components have alike.

export const image = {
  registry: text,
  repository: matching('^[a-z0-9._/-]+$'),
  tag: { ...matching('^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$|^$'), not: { const: 'latest' } },
  digest: matching('^(sha256:[a-f0-9]{64})?$'),
}
const memory = matching('^[0-9]+(Ki|Mi|Gi|k|M|G)?$')
const cpu = { anyOf: [matching('^[0-9]+(\\.[0-9]+)?m?$'), { type: 'number', exclusiveMinimum: 0 }] }
export const resources = object(
  { requests: object({ cpu, memory }), limits: object({ cpu, memory }, { required: ['memory'] }) },
  { required: ['limits'] },
)
export const name = matching('^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)?$')
/** What Kubernetes knows and the chart does not. */
const hatches = {
  annotations: map(text),
  serviceAccount: object({ annotations: map(text) }),
  podAnnotations: map(text),
  podLabels: map(text),
  extraEnv: list(kubernetesObject),
  extraVolumes: list(kubernetesObject),
  extraVolumeMounts: list(kubernetesObject),
  sysctls: list(object({ name: text, value: text }, { required: ['name', 'value'] })),
}
export const placement = {
  resources,
  ...hatches,
  nodeSelector: map(text),
  tolerations: list(kubernetesObject),
  affinity: kubernetesObject,
  priorityClassName: name,
}
export const replicas = integer(1, 1_000)
const percent = integer(0, 1_000)
/** The number of pods by an autoscaler. */
export const scaling = { minReplicas: replicas, maxReplicas: replicas, cpuUtilization: percent }
/** What Kubernetes adds and removes at once while it replaces pods. */
export const maxSurge = { anyOf: [integer(1, 1_000), matching('^([1-9][0-9]?|100)%$')] }
export const drainSeconds = integer(1, 3_600)
export const spread = oneOf('ScheduleAnyway', 'DoNotSchedule')
export const peers = list(kubernetesObject)
export const port = integer(1, 65_535)
export const switched = oneOf('auto', 'always', 'never')
export const duration = matching('^[0-9]+(ms|s|m|h)$')

/** For each variable, the key of the Secret that holds it. */
export function secretKeys(required: string[], optional: string[] = []): Schema {
  const keys = [...required, ...optional]
  return object(Object.fromEntries(keys.map((key) => [key, matching('^[A-Za-z0-9._-]+$')])), {
    required,
  })
}
