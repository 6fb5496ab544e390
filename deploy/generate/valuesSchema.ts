import type { z } from 'zod'
import { MAX_LOG_ID } from '../../contract/channelLogs.ts'
import { accountConfig } from '../../account/config.ts'
import { bridgeConfig } from '../../bridge/config.ts'
import { gatewayConfig } from '../../gateway/config.ts'
import { ROLE_OWNERS } from '../../history/roles.ts'
import { ingestConfig } from '../../ingest/config.ts'
import { auth } from './authSchema.ts'
import { variable } from './variableSchema.ts'
import { layout } from './layoutSchema.ts'
import { edge, gatewayScaling, ingestScaling } from './scalingSchema.ts'
import {
  flag,
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
import {
  drainSeconds,
  duration,
  image,
  maxSurge,
  name,
  peers,
  placement,
  port,
  replicas,
  resources,
  secretKeys,
  spread,
  switched,
} from './valuesParts.ts'

/** Variables that the chart sets, or offers under another name. CRASH_DIR is for fault runs. */
const OWN = new Set(
  `HOST PORT METRICS_HOST METRICS_PORT DRAIN_SECONDS CRASH_DIR LAYOUT_FILE LOGS DATABASE_URL DATABASE_REPLICA_URL REDIS_URL MQTT_URL
   COPY_KEYS LIMITS_REDIS_URL LIMITS_REPLICAS LOG_LEVEL LOG_ID REDIS_PREFIX MQTT_PREFIX CORS_ORIGINS
   AUTH ISSUERS SECURE_COOKIES NODE_ENV PUBLIC_ORIGIN ACCOUNT_KEY PROVIDERS`.split(/\s+/),
)

const networkPolicy = object({
  enabled: flag,
  edgeFrom: peers,
  scrapeFrom: peers,
  dnsTo: peers,
  postgres: object({ port, morePorts: list(port), to: peers }),
  redis: object({ port, morePorts: list(port), to: peers }),
  mqtt: object({ port, to: peers }),
  providers: object({ port, to: peers }),
  apiServer: object({ port, morePorts: list(port), to: peers }),
})

/** Values of a pod's securityContext; the chart itself says that no pod is root. */
const podSecurity = {
  type: 'object',
  propertyNames: { not: { enum: ['runAsNonRoot', 'seccompProfile', 'sysctls'] } },
}
const monitoring = object({
  podMonitor: object({ enabled: switched, interval: duration, labels: map(text) }),
  rules: object({ enabled: switched, labels: map(text), runbookBase: text }),
  dashboards: object({ enabled: flag, labels: map(text), folder: text }),
})

const mosquitto = object({
  enabled: flag,
  image: object(image),
  secretKeys: secretKeys(
    ['INGEST_MQTT_URL', 'BRIDGE_MQTT_URL'],
    ['ACCOUNT_MQTT_URL', 'EXPORTER_MQTT_URL'],
  ),
  tlsSecret: name,
  insecure: flag,
  allowFrom: peers,
  persistence: object({ size: matching('^[0-9]+(Mi|Gi|Ti)$'), storageClassName: name }),
  podSecurity,
  podAnnotations: map(text),
  podLabels: map(text),
  resources,
})

/** `values.schema.json`: exactly what values may contain. */
export const valuesSchema: Schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Values of the chart causeway',
  ...object({
    global: object({ imageRegistry: text }),
    fullnameOverride: name,
    nameOverride: name,
    commonLabels: map(text),
    commonAnnotations: map(text),
    listenAddress: oneOf('::', '0.0.0.0'),
    ipFamilyPolicy: oneOf('', 'SingleStack', 'PreferDualStack', 'RequireDualStack'),
    podSecurity,
    layout,
    image: object({ ...image, pullPolicy: oneOf('Always', 'IfNotPresent', 'Never') }),
    imagePullSecrets: list(name),
    secrets: object({ existingSecret: name, values: map(text), revision: text }),
    caBundle: object({ existingConfigMap: name, existingSecret: name, key: text }),
    config: object({
      LOG_LEVEL: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
      LOG_ID: integer(0, MAX_LOG_ID),
      REDIS_PREFIX: matching('^[A-Za-z0-9_-]{1,64}$'),
      MQTT_PREFIX: matching('^[A-Za-z0-9_-]{1,64}$'),
      CORS_ORIGINS: text,
    }),
    auth,
    preStopSeconds: integer(1, 300),
    spread: object({ zones: spread, nodes: spread }),
    ingest: service(
      ingestConfig,
      secretKeys(
        ['COPY_KEYS', 'DATABASE_URL', 'MQTT_URL'],
        ['DATABASE_REPLICA_URL', 'ISSUERS', 'LIMITS_REDIS_URL', 'REDIS_URL'],
      ),
      { autoscaling: ingestScaling },
    ),
    bridge: service(
      bridgeConfig,
      secretKeys(['COPY_KEYS', 'DATABASE_URL', 'MQTT_URL', 'REDIS_URL']),
      { enabled: flag },
    ),
    gateway: service(
      gatewayConfig,
      secretKeys(
        ['COPY_KEYS', 'DATABASE_URL', 'REDIS_URL'],
        ['DATABASE_REPLICA_URL', 'ISSUERS', 'LIMITS_REDIS_URL'],
      ),
      {
        autoscaling: gatewayScaling,
        deletionCost: object({ enabled: flag, admissionPolicy: flag }),
      },
    ),
    account: service(
      accountConfig,
      secretKeys(['ACCOUNT_KEY', 'DATABASE_URL'], ['PROVIDERS', 'LIMITS_REDIS_URL', 'MQTT_URL']),
      {
        enabled: flag,
      },
    ),
    edge,
    ingress: object({
      enabled: flag,
      className: name,
      annotations: map(text),
      host: text,
      tlsSecret: name,
    }),
    httpRoute: object({
      enabled: flag,
      annotations: map(text),
      parentRefs: list(kubernetesObject),
      hostnames: list(text),
      requestTimeout: text,
    }),
    migrations: object({
      mode: oneOf('hook', 'job', 'only', 'none'),
      secretKeys: secretKeys(
        ['DATABASE_URL'],
        ROLE_OWNERS.map((owner) => `${owner.toUpperCase()}_DATABASE_URL`),
      ),
      // A name in Postgres, with or without its schema; empty: as it is.
      searchLanguage: { type: 'string', pattern: '^[a-z0-9_.]{0,127}$' },
      deadlineSeconds: integer(10, 86_400),
      ...placement,
    }),
    networkPolicy,
    monitoring,
    mosquitto,
    tests: object({ enabled: flag }),
  }),
}

function service(config: z.ZodObject, keys: Schema, more: Record<string, Schema> = {}): Schema {
  const variables = Object.entries<z.ZodType>(config.shape).filter(([key]) => !OWN.has(key))
  return object({
    replicas,
    secretKeys: keys,
    config: object(Object.fromEntries(variables.map(([key, type]) => [key, variable(type)]))),
    drainSeconds,
    maxSurge,
    ...more,
    ...placement,
  })
}
