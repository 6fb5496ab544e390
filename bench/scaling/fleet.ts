/** Why a reader has to reconnect. */
export type Cause = 'max-age' | 'scale-down' | 'deploy'

interface Pod {
  streams: number
  /** When it begins to take streams. */
  readyAt: number
  /** Whether a rolling update will replace it. */
  isOld: boolean
  leaving?: { cause: Cause; perSecond: number; until: number }
}

export interface FleetOptions {
  /** From the decision to the first stream: scheduling, start, readiness. */
  startSeconds: number
  /** The time over which a leaving pod spreads its goodbyes. */
  drainSeconds: number
  /** The age at which a stream ends; its reader then reconnects, perhaps to another pod. */
  maxAgeSeconds: number
}

/** Readers reconnect after a half to one and a half of RETRY_SECONDS: with 2, after one to three seconds. */
const RETURN_AFTER = [1, 2, 3]

/**
 * The gateway's pods and their streams, second by second. Streams are a fluid, not persons: there are thousands of them. New streams
 * go to the pod with the fewest, as with nginx' `least_conn`.
 */
export class Fleet {
  #pods: Pod[] = []
  readonly #options: FleetOptions
  /** Readers that are reconnecting, by the second in which they arrive. */
  readonly #returning = new Map<number, number>()
  /** Set while a rolling update runs: when the next step is due. */
  #rolling: number | undefined

  constructor(options: FleetOptions, pods: number, streams: number) {
    this.#options = options
    this.#pods = Array.from({ length: pods }, () => ({
      streams: streams / pods,
      readyAt: 0,
      isOld: false,
    }))
  }

  /** The open streams of each pod in service, as Prometheus sees them. */
  values(now: number): number[] {
    return this.#pods.filter((pod) => isReady(pod, now)).map(({ streams }) => streams)
  }

  get replicas(): number {
    const surge = this.#rolling === undefined ? 0 : 1
    return Math.max(1, this.#staying().length - surge)
  }

  scale(replicas: number, now: number): void {
    const more = replicas - this.replicas
    for (let count = 0; count < more; count++) this.#start(now)
    // The ReplicaSet removes the pods that have been ready for the shortest time.
    const newest = this.#staying().sort((a, b) => b.readyAt - a.readyAt)
    for (const pod of newest.slice(0, Math.max(0, -more))) this.#leave(pod, 'scale-down', now)
  }

  deploy(now: number): void {
    for (const pod of this.#pods) pod.isOld = true
    this.#rolling = now
    this.#start(now)
  }

  /** Simulates one second, at whose end `wanted` readers want a stream. Returns how many readers were disconnected, by cause. */
  step(now: number, wanted: number): Map<Cause, number> {
    this.#roll(now)
    const sent = new Map<Cause, number>()
    for (const pod of this.#pods) {
      const { cause, perSecond } = pod.leaving ?? {
        cause: 'max-age' as const,
        perSecond: pod.streams / this.#options.maxAgeSeconds,
      }
      const ended = Math.min(pod.streams, perSecond)
      pod.streams -= ended
      sent.set(cause, (sent.get(cause) ?? 0) + ended)
      for (const after of RETURN_AFTER) this.#expect(now + after, ended / RETURN_AFTER.length)
    }
    const open = this.#pods.reduce((sum, { streams }) => sum + streams, 0)
    const onTheirWay = [...this.#returning.values()].reduce((sum, count) => sum + count, 0)
    const change = wanted - open - onTheirWay
    if (change < 0) for (const pod of this.#pods) pod.streams *= Math.max(0, 1 + change / open)
    const arriving = Math.max(0, change) + (this.#returning.get(now) ?? 0)
    this.#returning.delete(now)
    this.#pour(arriving, now)
    this.#pods = this.#pods.filter(({ leaving }) => leaving === undefined || leaving.until > now)
    return sent
  }

  #staying(): Pod[] {
    return this.#pods.filter(({ leaving }) => leaving === undefined)
  }

  #start(now: number): void {
    this.#pods.push({ streams: 0, readyAt: now + this.#options.startSeconds, isOld: false })
  }

  #leave(pod: Pod, cause: Cause, now: number): void {
    const { drainSeconds } = this.#options
    pod.leaving = { cause, perSecond: pod.streams / drainSeconds, until: now + drainSeconds }
  }

  /** `maxSurge: 1`, `maxUnavailable: 0`: one new pod is ready, then one old pod goes, and so on. */
  #roll(now: number): void {
    if (this.#rolling === undefined || this.#staying().some((pod) => pod.readyAt > now)) return
    const old = this.#staying().filter(({ isOld }) => isOld)
    const [next] = old
    if (next !== undefined) this.#leave(next, 'deploy', now)
    if (old.length > 1) this.#start(now)
    else this.#rolling = undefined
  }

  #expect(at: number, count: number): void {
    this.#returning.set(at, (this.#returning.get(at) ?? 0) + count)
  }

  /** Fills the emptiest pods up to a common level, like water. */
  #pour(count: number, now: number): void {
    const pods = this.#pods.filter((pod) => isReady(pod, now)).sort((a, b) => a.streams - b.streams)
    let rest = count
    for (const [index, pod] of pods.entries()) {
      const filled = index + 1
      const room = ((pods[filled]?.streams ?? Infinity) - pod.streams) * filled
      const share = Math.min(rest, room) / filled
      for (const lower of pods.slice(0, filled)) lower.streams += share
      rest -= share * filled
      if (rest <= 0) return
    }
    if (pods.length === 0) this.#expect(now + 2, count)
  }
}

function isReady({ leaving, readyAt }: Pod, now: number): boolean {
  return leaving === undefined && readyAt <= now
}
