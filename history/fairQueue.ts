/** What a thing in the queue says about itself. */
export interface Queued {
  channel: string
  principal: string
  /** At least 1. */
  bytes: number
}

/** What one channel, or one principal, has in the queue. */
interface Flow {
  /** The last round in which it has a turn. */
  round: number
  bytes: number
}

/** A sweep looks at all of them, so it comes only when many have gone. */
const MIN_FLOWS = 1_024

/** The bytes that one queue, or several of them together, may have. */
export class QueueBytes {
  readonly max: number
  /** Whether several queues share them. */
  readonly areShared: boolean
  used = 0

  constructor(max: number, areShared = false) {
    this.max = max
    this.areShared = areShared
  }
}

/**
 * A bounded queue in which no channel and no principal delays others: each gets one turn in each round. So whoever has nothing
 * waiting comes in the next round, however much others wait for. What one principal sends to one channel keeps its order.
 *
 * It takes no more of one channel, or of one principal, than is still free. So one may fill half of it, and others find room. The same
 * holds for each of several queues that share their bytes: one that nobody empties leaves room for the others.
 */
export class FairQueue<T extends Queued> {
  readonly #shared: QueueBytes
  readonly #rounds = new Map<number, T[]>()
  readonly #channels = new Map<string, Flow>()
  readonly #principals = new Map<string, Flow>()
  /** The round that is being served: nobody joins it any more, or those who wait could wait for ever. */
  #round = 0
  /** What is left of it. */
  #turns: T[] = []
  #bytes = 0
  #length = 0

  constructor(shared: QueueBytes) {
    this.#shared = shared
  }

  get length(): number {
    return this.#length
  }

  /** False if there is no room for it. */
  push(item: T): boolean {
    const flows = this.#flowsOf(item)
    const { max, used, areShared } = this.#shared
    const most = Math.max(areShared ? this.#bytes : 0, ...flows.map(({ bytes }) => bytes))
    if (most + item.bytes > max - used) return false
    for (const flow of flows) flow.round = Math.max(flow.round, this.#round) + 1
    this.#count(item, flows, 1)
    const round = Math.max(...flows.map((flow) => flow.round))
    const turns = this.#rounds.get(round)
    if (turns === undefined) this.#rounds.set(round, [item])
    else turns.push(item)
    return true
  }

  /** Takes the next ones: at most so many, and at most so many bytes unless the first one has more. */
  take(maxCount: number, maxBytes: number): T[] {
    const taken: T[] = []
    let bytes = 0
    while (this.#length > 0 && taken.length < maxCount) {
      const item = this.#turns[0] ?? this.#nextRound()
      if (item === undefined) continue
      bytes += item.bytes
      if (taken.length > 0 && bytes > maxBytes) break
      this.#turns.shift()
      this.#count(item, this.#flowsOf(item), -1)
      taken.push(item)
    }
    return taken
  }

  /** Its first turn; undefined if it has none, because a turn comes in the later of its channel's and its principal's rounds. */
  #nextRound(): T | undefined {
    this.#round++
    this.#turns = this.#rounds.get(this.#round) ?? []
    this.#rounds.delete(this.#round)
    return this.#turns[0]
  }

  #count({ bytes }: T, flows: readonly Flow[], sign: 1 | -1): void {
    for (const flow of flows) flow.bytes += sign * bytes
    this.#bytes += sign * bytes
    this.#shared.used += sign * bytes
    this.#length += sign
  }

  #flowsOf({ channel, principal }: T): Flow[] {
    return [this.#flow(this.#channels, channel), this.#flow(this.#principals, principal)]
  }

  #flow(flows: Map<string, Flow>, name: string): Flow {
    let flow = flows.get(name)
    if (flow === undefined) {
      if (flows.size >= MIN_FLOWS + 2 * this.#length) sweep(flows)
      flows.set(name, (flow = { round: 0, bytes: 0 }))
    }
    return flow
  }
}

/** Forgets those that have nothing waiting: they are as good as new. */
function sweep(flows: Map<string, Flow>): void {
  for (const [name, { bytes }] of flows) if (bytes === 0) flows.delete(name)
}
