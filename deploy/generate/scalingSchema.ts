import { flag, integer, list, map, matching, object, oneOf, text } from './jsonSchema.ts'
import { image, maxSurge, placement, port, replicas, scaling } from './valuesParts.ts'

/** The values below `ingest.autoscaling`. */
export const ingestScaling = object({ kind: oneOf('none', 'hpa'), ...scaling })

/** The values below `gateway.autoscaling`. */
export const gatewayScaling = object(
  {
    kind: oneOf('none', 'hpa', 'keda'),
    ...scaling,
    streamsPerPod: integer(1, 1_000_000),
    scaleUp: object({
      percent: integer(1, 1_000),
      pods: integer(1, 100),
      periodSeconds: integer(1, 1_800),
      stabilizationSeconds: integer(0, 3_600),
    }),
    scaleDown: object({
      pods: integer(1, 100),
      periodSeconds: integer(1, 1_800),
      stabilizationSeconds: integer(0, 3_600),
    }),
    prometheusUrl: matching('^(https?://.+)?$'),
  },
  {
    if: { properties: { kind: { const: 'keda' } } },
    // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's word
    then: { properties: { prometheusUrl: { minLength: 1 } } },
  },
)

const perSecond = integer(1, 1_000_000)
/** The values below `edge`. */
export const edge = object({
  replicas,
  autoscaling: object({
    kind: oneOf('none', 'hpa'),
    ...scaling,
    memoryUtilization: integer(1, 100),
  }),
  preStopSeconds: integer(1, 300),
  maxSurge,
  image: object(image),
  workerConnections: integer(64, 1_000_000),
  trustedProxies: list(matching('^[0-9a-fA-F.:]+(/[0-9]{1,3})?$')),
  hosts: list(matching('^[^ ;{}"$]+$')),
  https: flag,
  limits: object({
    streams: integer(1, 65_535),
    streamsPerSecond: perSecond,
    requests: integer(1, 65_535),
    requestsPerSecond: perSecond,
    signInsPerSecond: perSecond,
  }),
  service: object({ type: oneOf('ClusterIP', 'LoadBalancer'), port, annotations: map(text) }),
  ...placement,
})
