import { setTimeout as sleep } from 'node:timers/promises'
import type { Service } from './service.ts'

/** A container that stands for a pod. */
export interface Member {
  port: number
  stop(graceSeconds: number): Promise<{ exitCode: number }>
  remove(): Promise<void>
}

export interface FleetOptions<M extends Member> {
  /** Resolves when the new pod is ready. */
  start: () => Promise<M>
  /** The address of its pods; nothing connects to bridges. */
  service?: Service
  /** Between leaving the Service and SIGTERM, like the chart's preStop. */
  preStopSeconds: number
  graceSeconds: number
}

/** The pods of one Deployment, replaced step by step by the chart's strategy. */
export class Fleet<M extends Member> {
  readonly #options: FleetOptions<M>
  readonly #pods: M[] = []
  /** One of each pod that stopped. */
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

  /** Deletes the oldest pod: it leaves the Service at once, and gets SIGTERM after the preStop. */
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

  /** maxSurge 1, maxUnavailable 0: adds one pod, and deletes an old one when the new one is ready, until all are new. */
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
