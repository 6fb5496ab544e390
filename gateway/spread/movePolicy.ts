/** What a gateway tells the others of itself, about once a second. */
export interface GatewayCount {
  /** A word of its own for each process. */
  id: string
  /** Open streams. */
  streams: number
  /** How many more it would take. */
  room: number
  /** It drains, and takes none. */
  isLeaving: boolean
}

export interface MovePolicyOptions {
  /** The most streams that may move in a minute. */
  perMinute: number
  /** The age at which streams end anyway. */
  maxAgeMs: number
}

/** Moves begin above the mean by the largest of these: a part of it, so many streams, and what random choice alone explains. */
const PART = 0.1
const LEAST = 50
const DEVIATIONS = 4
/** They end at this part of that. The gap keeps a gateway from beginning again for one stream more. */
const ENOUGH = 0.5
/**
 * A fleet that has just changed goes on changing. A new gateway may be the first of a rolling update: whoever moved now would land on
 * gateways that are replaced next. So moves wait until it is ready and the drain that follows has begun; and after that, until
 * the next new gateway is there.
 */
const CALM_AFTER_JOIN_MS = 30_000
const CALM_AFTER_LEAVE_MS = 60_000
/** In a second: a tenth of the excess, because those on their way are in no count. */
const STEP = 0.1
/**
 * The mean falls at most by a 900th a second, whatever the counts say. Readers that moved may be slow to come back, or kept out. With
 * the mean that is left without them, more and more would have to follow.
 */
const HOLD_SECONDS = 900
/**
 * Within the time of an age, each stream moves twice at most, on average. Ages cost one. It bounds what moves cost if they cannot
 * help, because something in front sends each reader back to its gateway.
 */
const ROUNDS = 2

/**
 * Decides how many streams leave this gateway because it has more than the others. Pure: counts in, a number out. Whoever is above
 * the mean gives away, and only down to a little above it. So no gateway below the mean gets more than the mean by a move, and two
 * gateways cannot pass the same streams to and fro.
 */
export class MovePolicy {
  readonly #options: MovePolicyOptions
  #members = new Set<string>()
  #calmUntil = -Infinity
  #isMoving = false
  #mean = 0
  #lookedAt: number | undefined
  /** Rounds that are left, and the part of a stream that did not fit into the last second. */
  #rounds = ROUNDS
  #rest = 0

  constructor(options: MovePolicyOptions) {
    this.#options = options
  }

  /** How many streams move now. `own` is fresh, `others` may be some seconds old. `now` in milliseconds. */
  look(own: GatewayCount, others: readonly GatewayCount[], now: number): number {
    const seconds = Math.min(now - (this.#lookedAt ?? now), 5_000) / 1_000
    this.#lookedAt = now
    const refill = (seconds * 1_000 * ROUNDS) / this.#options.maxAgeMs
    this.#rounds = Math.min(ROUNDS, this.#rounds + refill)
    const takers = others.filter(({ isLeaving }) => !isLeaving)
    this.#watch(takers, others.length > takers.length, now)
    const isCalm = now >= this.#calmUntil
    const held = isCalm ? this.#mean * Math.max(0, 1 - seconds / HOLD_SECONDS) : 0
    const mean = (this.#mean = Math.max(held, meanOf(own, takers)))
    const excess = own.streams - mean
    const much = Math.max(mean * PART, LEAST, DEVIATIONS * Math.sqrt(mean))
    if (own.isLeaving || !isCalm) this.#isMoving = false
    else this.#isMoving = excess > (this.#isMoving ? much * ENOUGH : much)
    if (!this.#isMoving) {
      this.#rest = 0
      return 0
    }
    const room = takers.reduce((sum, each) => sum + roomBelow(mean, each), 0)
    const most = Math.min(excess * STEP * seconds, (this.#options.perMinute / 60) * seconds)
    const due = Math.min(most + this.#rest, room, this.#rounds * own.streams)
    const count = Math.max(0, Math.floor(due))
    this.#rest = Math.min(1, due - count)
    this.#rounds -= count / own.streams
    return count
  }

  #watch(takers: readonly GatewayCount[], isOneLeaving: boolean, now: number): void {
    const members = new Set(takers.map(({ id }) => id))
    const hasLost = [...this.#members].some((id) => !members.has(id))
    const hasWon = [...members].some((id) => !this.#members.has(id))
    if (hasWon) this.#calmUntil = Math.max(this.#calmUntil, now + CALM_AFTER_JOIN_MS)
    if (hasLost || isOneLeaving) this.#calmUntil = now + CALM_AFTER_LEAVE_MS
    this.#members = members
  }
}

/** The mean of this gateway and the others that take streams. */
export function meanOf(own: GatewayCount, takers: readonly GatewayCount[]): number {
  return takers.reduce((sum, { streams }) => sum + streams, own.streams) / (takers.length + 1)
}

function roomBelow(mean: number, { streams, room }: GatewayCount): number {
  return Math.max(0, Math.min(room, mean - streams))
}
