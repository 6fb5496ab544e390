import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Servers, type ServerUrls, urlsFor } from '../../../stack/servers.ts'
import { freePort } from '../../../stack/ports.ts'
import type { ServiceRole } from '../../../stack/service.ts'
import { DOCKER_SOCKET, SERVICES_IMAGE, words } from './paths.ts'

/** Runs docker. Not synchronously, because the readers and senders of this process must go on meanwhile. */
export async function docker(...args: string[]): Promise<string> {
  const env = { ...process.env, DOCKER_HOST: process.env[DOCKER_SOCKET] }
  const { stdout } = await promisify(execFile)('docker', args, { env })
  return stdout.trim()
}

/** Runs a container as the chart does: only /tmp is writable, no capability, no way to gain one, bounded memory. */
export const RESTRICTED = words(`--network host --read-only --tmpfs /tmp --cap-drop ALL
  --security-opt no-new-privileges --pids-limit 64 --memory 1g`)
const READY_WITHIN_MS = 60_000

interface PodOptions {
  urls: Servers
  env?: Record<string, string>
}

/** All pods share it, so that they accept each other's copies. */
const COPY_KEY = randomBytes(32).toString('base64url')

let count = 0

/** A container of ours that stands for a pod. It listens on 127.0.0.1 instead of a pod's own address. */
export class Pod {
  readonly name: string
  readonly port: number
  readonly metricsPort: number
  /** From `docker run` until it was ready. */
  readyMs = Number.NaN

  static async start(role: ServiceRole, { urls, env = {} }: PodOptions): Promise<Pod> {
    const pod = new Pod(role, await freePort(), await freePort())
    const variables = {
      ...addresses(urlsFor(role, urls)),
      COPY_KEYS: COPY_KEY,
      // The image says production, where nothing is open.
      AUTH: 'open',
      NODE_ENV: 'development',
      HOST: '127.0.0.1',
      PORT: String(pod.port),
      METRICS_HOST: '127.0.0.1',
      METRICS_PORT: String(pod.metricsPort),
      ...env,
    }
    const began = performance.now()
    const how = ['--detach', '--name', pod.name, ...RESTRICTED, ...flags(variables)]
    const what = words(`node --enable-source-maps dist/${role}/main.js`)
    await docker('run', ...how, SERVICES_IMAGE, ...what)
    await pod.#ready()
    pod.readyMs = performance.now() - began
    return pod
  }

  private constructor(role: string, port: number, metricsPort: number) {
    this.name = `${role}-${++count}`
    this.port = port
    this.metricsPort = metricsPort
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async #ready(): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${this.metricsPort}/ready`).catch(
        () => undefined,
      )
      if (answer?.status === 200) return
      if (Date.now() > deadline) throw new Error(`${this.name} is not ready:\n${await this.log()}`)
      await sleep(20)
    }
  }

  /** The value of one line of /metrics; 0 if there is none. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.metricsPort}/metrics`)).text()
    const line = text.split('\n').find((each) => each.startsWith(`${name} `))
    return Number(line?.slice(name.length + 1) ?? 0)
  }

  stop(graceSeconds: number): Promise<{ exitCode: number; ms: number }> {
    return stopContainer(this.name, graceSeconds)
  }

  log(): Promise<string> {
    return docker('logs', '--tail', '30', this.name)
  }

  async remove(): Promise<void> {
    await docker('rm', '--force', this.name)
  }
}

/** Brings the database to the newest schema, like the chart's Job; returns what it printed. */
export async function migrate(urls: Servers): Promise<string> {
  const variables = { ...urls.addresses, DATABASE_URL: urls.databaseUrl }
  const how = [...RESTRICTED, ...flags(variables)]
  return docker('run', '--rm', ...how, SERVICES_IMAGE, 'node', 'dist/history/main.js')
}

/** Posts and reads through an address with the image's own script; throws if that fails. */
export async function smoke(origin: string): Promise<string> {
  const how = [...RESTRICTED, ...flags({ ORIGIN: origin })]
  return docker('run', '--rm', ...how, SERVICES_IMAGE, 'node', 'smoke.mjs')
}

/** Sends the image's own signal, and SIGKILL after `graceSeconds`, like a kubelet. */
export async function stopContainer(
  name: string,
  graceSeconds: number,
): Promise<{ exitCode: number; ms: number }> {
  const began = performance.now()
  await docker('stop', '--time', String(graceSeconds), name)
  const exitCode = Number(await docker('inspect', '--format', '{{.State.ExitCode}}', name))
  return { exitCode, ms: performance.now() - began }
}

function addresses(urls: ServerUrls): Record<string, string> {
  return { DATABASE_URL: urls.databaseUrl, REDIS_URL: urls.redisUrl, MQTT_URL: urls.mqttUrl }
}

function flags(variables: Record<string, string>): string[] {
  return Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`])
}
