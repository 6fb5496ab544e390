import type { GatewayCount } from './movePolicy.ts'

/** A gateway that has not written for so long is gone. */
const LEASE_MS = 5_000
/** Its line is then removed after as long again: the clocks of gateways are not compared. */
const FORGET_MS = 15_000
/** Id, number of the write, streams, room, and whether it is open or leaving. */
const LINE = /^([a-z0-9]{8}) (\d{1,10}) (\d{1,8}) (\d{1,8}) ([ol])$/

interface Known {
  count: GatewayCount
  write: number
  changedAt: number
  /** Seen for the first time only: it may be long dead. */
  isNew: boolean
}

/**
 * What the gateways tell each other, as lines of text. Each line has the number of its write, and a line counts only while this number
 * grows. So a lease needs no common clock, and what a dead gateway left behind never counts.
 */
export class GatewayCounts {
  readonly #id: string
  readonly #known = new Map<string, Known>()
  #writes = 0

  /** Eight characters of `a-z0-9`. */
  constructor(id: string) {
    this.#id = id
  }

  /** The line for the next write. */
  line({ streams, room, isLeaving }: Omit<GatewayCount, 'id'>): string {
    return `${this.#id} ${++this.#writes} ${bounded(streams)} ${bounded(room)} ${isLeaving ? 'l' : 'o'}`
  }

  /** Takes in all lines, and drops what is none. `leaseMs` grows with the time between writes. */
  read(text: string, now: number, leaseMs = LEASE_MS): readonly GatewayCount[] {
    const seen = new Set<string>()
    for (const line of text.split('\n')) {
      const [, id = '', write, streams, room, state] = LINE.exec(line) ?? []
      if (id === '' || id === this.#id) continue
      seen.add(id)
      const count = {
        id,
        streams: Number(streams),
        room: Number(room),
        isLeaving: state === 'l',
      }
      const known = this.#known.get(id)
      if (known === undefined) {
        this.#known.set(id, { count, write: Number(write), changedAt: now, isNew: true })
      } else if (known.write !== Number(write)) {
        Object.assign(known, { count, write: Number(write), changedAt: now, isNew: false })
      }
    }
    for (const id of this.#known.keys()) if (!seen.has(id)) this.#known.delete(id)
    return [...this.#known.values()]
      .filter(({ isNew, changedAt }) => !isNew && now - changedAt <= leaseMs)
      .map(({ count }) => count)
  }

  /** The ids of lines that nobody has written for long. */
  stale(now: number, leaseMs = LEASE_MS): string[] {
    return [...this.#known]
      .filter(([, { changedAt }]) => now - changedAt > leaseMs + FORGET_MS)
      .map(([id]) => id)
  }

  /** How many gateways there are, this one too. */
  get size(): number {
    return this.#known.size + 1
  }
}

/** As a line may have it. */
function bounded(count: number): number {
  return Math.max(0, Math.min(99_999_999, Math.floor(count)))
}
