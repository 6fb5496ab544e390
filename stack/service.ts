import { join } from 'node:path'
import type { ChildSpec } from './child.ts'
import { freePort } from './ports.ts'
import { waitForHttp } from './probes.ts'
import { ROOT } from './root.ts'
import type { ServerUrls } from './servers.ts'

export type ServiceRole = 'bridge' | 'ingest' | 'gateway' | 'account'

interface ServiceOptions extends ServerUrls {
  role: ServiceRole
  /** From 1. */
  index: number
  redisPrefix: string
  mqttPrefix: string
  copyKeys: string
  /** Counts the limits that replicas share. */
  limitsRedisUrl?: string | undefined
  /** The authority of the servers' certificates, if they use TLS. */
  authority?: string | undefined
  /** See auth.ts. Default: AUTH=open. */
  auth?: NodeJS.ProcessEnv | undefined
  /** What several logs add; see layout.ts. */
  layout?: NodeJS.ProcessEnv | undefined
  /** Limits per client, unless the caller's own environment has others. */
  limits?: NodeJS.ProcessEnv | undefined
  /** More environment; it wins over what is set here. A fault run sets the URL of a proxy in front of Redis, for example. */
  env: NodeJS.ProcessEnv
}

export interface ServiceSpec extends ChildSpec {
  port: number
}

/** A gateway has one core: V8's usual four helpers take memory that grows with the streams. As in the image and the chart. */
const FLAGS: Record<ServiceRole, string[]> = {
  bridge: [],
  ingest: [],
  gateway: ['--v8-pool-size=1'],
  account: [],
}

/** One process of one of our services, compiled, on free loopback ports. */
export async function service({ role, index, ...options }: ServiceOptions): Promise<ServiceSpec> {
  const [port, metricsPort] = await Promise.all([freePort(), freePort()])
  const metricsUrl = `http://127.0.0.1:${metricsPort}`
  return {
    role,
    name: `${role}-${index}`,
    port,
    // A bridge offers nothing to others.
    ...(role === 'bridge' ? {} : { url: `http://127.0.0.1:${port}` }),
    metricsUrl,
    command: {
      command: process.execPath,
      args: ['--enable-source-maps', ...FLAGS[role], join(ROOT, 'dist', role, 'main.js')],
    },
    env: {
      ...options.limits,
      ...process.env,
      ...(options.auth ?? { AUTH: 'open', SECURE_COOKIES: 'false' }),
      DATABASE_URL: options.databaseUrl,
      DATABASE_REPLICA_URL: options.databaseReplicaUrl,
      REDIS_URL: options.redisUrl,
      REDIS_PREFIX: options.redisPrefix,
      MQTT_URL: options.mqttUrl,
      MQTT_PREFIX: options.mqttPrefix,
      COPY_KEYS: options.copyKeys,
      LIMITS_REDIS_URL: options.limitsRedisUrl,
      ...options.layout,
      NODE_EXTRA_CA_CERTS: options.authority ?? process.env.NODE_EXTRA_CA_CERTS,
      // nginx' variables have the same names; the services stay behind it.
      HOST: '127.0.0.1',
      PROXY_HOPS: '1',
      PORT: String(port),
      METRICS_HOST: '127.0.0.1',
      METRICS_PORT: String(metricsPort),
      ...options.env,
    },
    cwd: ROOT,
    probe: () => waitForHttp(`${metricsUrl}/ready`, 200),
    readyWithin: 30_000,
    stopSignal: 'SIGTERM',
    // Longer than the default drain (20 s) and the 8 s after which the watchdog of a service ends it.
    stopWithin: 30_000,
  }
}
