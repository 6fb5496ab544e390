import { setTimeout as sleep } from 'node:timers/promises'
import type { Service } from './service.ts'

/** What stands for a pod. */
export interface Member {
  port: number
  stop(graceSeconds: number): Promise<{ exitCode: number }>
  remove(): Promise<void>
}

export interface FleetOptions<M extends Member> {
  /** Resolves when the new pod is ready. */
  start: () => Promise<M>
  /** Where its pods are reached; bridges are not. */
  service?: Service
  /** Between leaving the Service and SIGTERM, as the chart's preStop. */
  preStopSeconds: number
  graceSeconds: number
}

/** The pods of one Deployment, and what Kubernetes does with them: the chart's strategy, step by step. */
export class Fleet<M extends Member> {
  readonly #options: FleetOptions<M>
  readonly #pods: M[] = []
  /** Of every pod that has gone. */
  readonly exitCodes: number[] = []

  constructor(options: FleetOptions<M>) {
    this.#options = options
  }

  get pods(): readonly M[] {
    return this.#pods
  }

  async grow(count: number): Promise<void> {
    for (let each = 0; each < count; each++) {
      const pod = await this.#options.start()
      this.#pods.push(pod)
      this.#options.service?.add(pod.port)
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

  async remove(): Promise<void> {
    await Promise.all(this.#pods.splice(0).map((pod) => pod.remove()))
  }
}
