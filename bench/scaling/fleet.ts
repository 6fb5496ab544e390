import { MovePolicy } from '../../gateway/spread/movePolicy.ts'

/** Why a reader has to reconnect. */
export type Cause = 'max-age' | 'scale-down' | 'deploy' | 'moves'

/**
 * How the edge chooses a pod: `least`, the one with the fewest streams, as nginx does if it knows the pods (`resolve`); `chance`, as
 * kube-proxy does behind the one address of a Service.
 */
type Choice = 'least' | 'chance'

interface Pod {
  id: string
  streams: number
  /** When it begins to take streams. */
  readyAt: number
  /** Whether a rolling update will replace it. */
  isOld: boolean
  leaving?: { cause: Cause; perSecond: number; until: number }
  policy: MovePolicy
}

export interface FleetOptions {
  /** From the decision to the first stream: scheduling, start, readiness. */
  startSeconds: number
  /** The time over which a leaving pod spreads its goodbyes. */
  drainSeconds: number
  /** The age at which a stream ends; its reader then reconnects, perhaps to another pod. */
  maxAgeSeconds: number
  choice: Choice
  /** The most streams of one pod that move to others in a minute; 0: none. */
  movesPerMinute: number
  /** New pods of a rolling update at a time. */
  surge: number
}

/** MAX_STREAMS of a gateway. */
const MAX_STREAMS = 50_000

/** Readers reconnect after a half to one and a half of RETRY_SECONDS: with 2, after one to three seconds. */
const RETURN_AFTER = [1, 2, 3]

/**
 * The gateway's pods and their streams, second by second. Streams are a fluid, not persons: there are thousands of them. So by chance
 * each pod gets the same share. Each pod has the gateway's own policy of moves.
 */
export class Fleet {
  #pods: Pod[] = []
  readonly #options: FleetOptions
  /** Readers that are reconnecting, by the second in which they arrive. */
  readonly #returning = new Map<number, number>()
  #isRolling = false
  /** Pods that a rolling update has beyond those that are wanted. */
  #surplus = 0
  #names = 0

  constructor(options: FleetOptions, pods: number, streams: number) {
    this.#options = options
    for (let count = 0; count < pods; count++) this.#add(0, streams / pods)
  }

  /** The open streams of each pod in service, as Prometheus sees them. */
  values(now: number): number[] {
    return this.#pods.filter((pod) => isReady(pod, now)).map(({ streams }) => streams)
  }

  get replicas(): number {
    return Math.max(1, this.#staying().length - this.#surplus)
  }

  scale(replicas: number, now: number): void {
    const more = replicas - this.replicas
    for (let count = 0; count < more; count++) this.#start(now)
    // The ReplicaSet removes the pods that have been ready for the shortest time; they also have the fewest streams.
    const newest = this.#staying().sort((a, b) => b.readyAt - a.readyAt)
    for (const pod of newest.slice(0, Math.max(0, -more))) this.#leave(pod, 'scale-down', now)
  }

  deploy(now: number): void {
    for (const pod of this.#pods) pod.isOld = true
    this.#isRolling = true
    this.#startNext(now)
  }

  /** Simulates one second, at whose end `wanted` readers want a stream. Returns how many readers were disconnected, by cause. */
  step(now: number, wanted: number): Map<Cause, number> {
    this.#roll(now)
    const sent = new Map<Cause, number>([['moves', this.#move(now)]])
    for (const pod of this.#pods) {
      const { cause, perSecond } = pod.leaving ?? {
        cause: 'max-age' as const,
        perSecond: pod.streams / this.#options.maxAgeSeconds,
      }
      const ended = Math.min(pod.streams, perSecond)
      pod.streams -= ended
      sent.set(cause, (sent.get(cause) ?? 0) + ended)
      this.#expectSoon(now, ended)
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
    this.#add(now + this.#options.startSeconds, 0)
  }

  #add(readyAt: number, streams: number): void {
    const { movesPerMinute: perMinute, maxAgeSeconds } = this.#options
    const policy = new MovePolicy({ perMinute, maxAgeMs: maxAgeSeconds * 1_000 })
    this.#pods.push({ id: `p${this.#names++}`, streams, readyAt, isOld: false, policy })
  }

  /** Each pod sees what all had a moment ago. Returns how many streams move. */
  #move(now: number): number {
    if (this.#options.movesPerMinute === 0) return 0
    const counts = this.#pods
      .filter(({ readyAt }) => readyAt <= now)
      .map((pod) => {
        const { id, streams, leaving } = pod
        const room = Math.max(0, MAX_STREAMS - streams)
        return { pod, count: { id, streams, room, isLeaving: leaving !== undefined } }
      })
    let moved = 0
    for (const { pod, count } of counts) {
      const others = counts.filter((each) => each.pod !== pod).map((each) => each.count)
      const moving = pod.policy.look(count, others, now * 1_000)
      pod.streams -= moving
      moved += moving
    }
    this.#expectSoon(now, moved)
    return moved
  }

  #leave(pod: Pod, cause: Cause, now: number): void {
    const { drainSeconds } = this.#options
    pod.leaving = { cause, perSecond: pod.streams / drainSeconds, until: now + drainSeconds }
  }

  /** `maxUnavailable: 0`: the new pods are ready, then as many old ones go and the next begin, and so on. */
  #roll(now: number): void {
    if (!this.#isRolling || this.#staying().some((pod) => pod.readyAt > now)) return
    const old = this.#staying().filter(({ isOld }) => isOld)
    for (const pod of old.slice(0, this.#surplus)) this.#leave(pod, 'deploy', now)
    this.#startNext(now)
  }

  #startNext(now: number): void {
    const old = this.#staying().filter(({ isOld }) => isOld)
    this.#surplus = Math.min(this.#options.surge, old.length)
    this.#isRolling = this.#surplus > 0
    for (let count = 0; count < this.#surplus; count++) this.#start(now)
  }

  #expectSoon(now: number, count: number): void {
    for (const after of RETURN_AFTER) this.#expect(now + after, count / RETURN_AFTER.length)
  }

  #expect(at: number, count: number): void {
    this.#returning.set(at, (this.#returning.get(at) ?? 0) + count)
  }

  #pour(count: number, now: number): void {
    const pods = this.#pods.filter((pod) => isReady(pod, now))
    if (pods.length === 0) this.#expect(now + 2, count)
    else if (this.#options.choice === 'least') fill(pods, count)
    else for (const pod of pods) pod.streams += count / pods.length
  }
}

/** Fills the emptiest pods up to a common level, like water. */
function fill(pods: readonly Pod[], count: number): void {
  const byStreams = [...pods].sort((a, b) => a.streams - b.streams)
  let rest = count
  for (const [index, pod] of byStreams.entries()) {
    const filled = index + 1
    const room = ((byStreams[filled]?.streams ?? Infinity) - pod.streams) * filled
    const share = Math.min(rest, room) / filled
    for (const lower of byStreams.slice(0, filled)) lower.streams += share
    rest -= share * filled
    if (rest <= 0) return
  }
}

function isReady({ leaving, readyAt }: Pod, now: number): boolean {
  return leaving === undefined && readyAt <= now
}
