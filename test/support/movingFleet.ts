import { type GatewayCount, MovePolicy } from '../../gateway/spread/movePolicy.ts'
import type { Random } from '../model/random.ts'

/** How the edge chooses for a stream that comes: like nginx' least_conn, by chance like a Service, or always as before. */
export type Choice = 'least' | 'random' | 'same'

interface Gateway extends GatewayCount {
  policy: MovePolicy
  /** Streams that moved away, in all. */
  moved: number
}

export interface MovingFleetOptions {
  random: Random
  choice: Choice
  perMinute?: number
  maxAgeMs?: number
  maxStreams?: number
}

/** Gateways with their real policies, second by second; each sees what the others said up to three seconds ago. */
export class MovingFleet {
  readonly gateways: Gateway[] = []
  readonly #options: MovingFleetOptions
  /** What each second of the past looked like, the newest first. */
  readonly #told: GatewayCount[][] = []
  #returning: { at: number; from: string }[] = []
  #now = 0
  #names = 0

  constructor(options: MovingFleetOptions, streams: readonly number[]) {
    this.#options = options
    for (const count of streams) this.join(count)
  }

  get moved(): number {
    return this.gateways.reduce((sum, { moved }) => sum + moved, 0)
  }

  /** Open streams of those that stay. */
  get counts(): number[] {
    return this.gateways.filter(({ isLeaving }) => !isLeaving).map(({ streams }) => streams)
  }

  get ratio(): number {
    const { counts } = this
    return Math.max(...counts) / (counts.reduce((sum, count) => sum + count, 0) / counts.length)
  }

  join(streams = 0): void {
    const { perMinute = 3_000, maxAgeMs = 3_600_000, maxStreams = 50_000 } = this.#options
    this.gateways.push({
      id: `g${this.#names++}`,
      streams,
      room: Math.max(0, maxStreams - streams),
      isLeaving: false,
      policy: new MovePolicy({ perMinute, maxAgeMs }),
      moved: 0,
    })
  }

  /** The oldest one drains, over ten seconds. */
  leave(): void {
    const gateway = this.gateways.find(({ isLeaving }) => !isLeaving)
    if (gateway !== undefined) gateway.isLeaving = true
  }

  /** `arriving`: new readers in each second; `leaving`: the part of all streams whose readers leave in each second. */
  pass(seconds: number, { arriving = 0, leaving = 0 } = {}): void {
    for (let second = 0; second < seconds; second++) this.#second(arriving, leaving)
  }

  #second(arriving: number, leaving: number): void {
    const { random } = this.#options
    this.#now++
    for (const gateway of this.gateways) {
      gateway.streams -= Math.min(
        gateway.streams,
        Math.floor(gateway.streams * leaving + random.next()),
      )
      const told = this.#told[Math.floor(random.next() * this.#told.length)] ?? []
      const others = told.filter(({ id }) => id !== gateway.id)
      const count = gateway.policy.look(gateway, others, this.#now * 1_000)
      gateway.moved += count
      this.#send(gateway, count)
      if (gateway.isLeaving) this.#send(gateway, Math.ceil(gateway.streams / 10) + 10)
    }
    const coming = this.#returning.filter(({ at }) => at <= this.#now)
    this.#returning = this.#returning.filter(({ at }) => at > this.#now)
    for (const { from } of coming) this.#place(from)
    for (let reader = 0; reader < arriving; reader++) this.#place('')
    for (const gateway of this.gateways.filter(({ isLeaving, streams }) => isLeaving && !streams)) {
      this.gateways.splice(this.gateways.indexOf(gateway), 1)
    }
    const all = this.gateways.map(({ id, streams, room, isLeaving }) => ({
      id,
      streams,
      room,
      isLeaving,
    }))
    this.#told.unshift(all)
    this.#told.length = Math.min(this.#told.length, 3)
  }

  #send(gateway: Gateway, count: number): void {
    const ended = Math.min(count, gateway.streams)
    gateway.streams -= ended
    gateway.room += ended
    for (let each = 0; each < ended; each++) {
      const after = 1 + Math.floor(this.#options.random.next() * 3)
      this.#returning.push({ at: this.#now + after, from: gateway.id })
    }
  }

  #place(from: string): void {
    const { random, choice } = this.#options
    const open = this.gateways.filter(({ isLeaving, room }) => !isLeaving && room > 0)
    const any = open[Math.floor(random.next() * open.length)]
    const chosen =
      choice === 'random'
        ? any
        : choice === 'same'
          ? (open.find(({ id }) => id === from) ?? any)
          : open.reduce<Gateway | undefined>(
              (least, each) => (least && least.streams <= each.streams ? least : each),
              undefined,
            )
    if (chosen === undefined) return
    chosen.streams++
    chosen.room--
  }
}
