import { setTimeout as sleep } from 'node:timers/promises'
import { Pod, type PodOptions } from './pod.ts'
import type { Service } from './service.ts'

export interface FleetOptions extends PodOptions {
  role: 'ingest' | 'bridge' | 'gateway'
  /** Where its pods are reached; bridges are not. */
  service?: Service
  /** Between leaving the Service and SIGTERM, as the chart's preStop. */
  preStopSeconds: number
  graceSeconds: number
}

/** The pods of one Deployment, and what Kubernetes does with them: the chart's strategy, step by step. */
export class Fleet {
  readonly #options: FleetOptions
  readonly #pods: Pod[] = []
  /** Of every pod that has gone. */
  readonly exitCodes: number[] = []

  constructor(options: FleetOptions) {
    this.#options = options
  }

  get pods(): readonly Pod[] {
    return this.#pods
  }

  async grow(count: number): Promise<void> {
    for (let each = 0; each < count; each++) {
      const { role, service, urls, env } = this.#options
      const pod = await Pod.start(role, env === undefined ? { urls } : { urls, env })
      this.#pods.push(pod)
      service?.add(pod.port)
    }
  }

  /** The oldest goes: out of the Service at once, SIGTERM after the preStop, as a pod that is deleted. */
  async shrink(): Promise<void> {
    const pod = this.#pods.shift()
    if (pod === undefined) return
    const { service, preStopSeconds, graceSeconds } = this.#options
    service?.remove(pod.port)
    await sleep(preStopSeconds * 1_000)
    const { exitCode } = await pod.stop(graceSeconds)
    this.exitCodes.push(exitCode)
    await pod.remove()
  }

  /** maxSurge 1, maxUnavailable 0: one more, and only when it is ready one less, until all are new. */
  async roll(): Promise<void> {
    for (let left = this.#pods.length; left > 0; left--) {
      await this.grow(1)
      await this.shrink()
    }
  }

  /** Open streams over all pods. */
  async streams(): Promise<number> {
    const counts = await Promise.all(
      this.#pods.map((pod) => pod.metric('causeway_gateway_streams')),
    )
    return counts.reduce((sum, count) => sum + count, 0)
  }

  async remove(): Promise<void> {
    await Promise.all(this.#pods.splice(0).map((pod) => pod.remove()))
  }
}
