import type { PresenceStep, StepAnswer } from '../../gateway/presence/presenceStep.ts'
import { PresenceTable, type PresenceTableOptions } from '../../gateway/presence/presenceTable.ts'
import { Teller } from '../../gateway/presence/teller.ts'
import type { PresenceEvent } from '../../contract/presence.ts'
import { foldPresence } from '../../client/sdk/presence.ts'
import type { Listener } from '../../gateway/presence/attended.ts'

export const LEASE_MS = 30_000
export const GRACE_MS = 10_000
/** As `Presence` has it. */
const RENEW_MS = GRACE_MS / 2
export const LIMIT = 6

/** What the script does, in the memory of a test. */
export class LeasesModel {
  life = 'life-0'
  isAway = false
  /** How often a lease was written. */
  leasesWritten = 0
  readonly #channels = new Map<string, { leases: Map<string, number>; stamp: string }>()
  #stamps = 0

  flush(): void {
    this.#channels.clear()
    this.life = `life-${++this.#stamps}`
  }

  run(step: PresenceStep, now: number): StepAnswer {
    const channels = step.channels.map(({ attended, keep, end, drop }) => {
      const found = this.#channels.get(attended.channel)
      const state = found ?? { leases: new Map<string, number>(), stamp: this.#stamp() }
      this.#channels.set(attended.channel, state)
      const { leases } = state
      const before = [...leases.keys()].sort().join()
      for (const [sealed, until] of leases) if (until <= now) leases.delete(sealed)
      for (const sealed of end) {
        const until = leases.get(sealed)
        if (until !== undefined) leases.set(sealed, Math.min(until, now + GRACE_MS))
      }
      for (const sealed of drop) leases.delete(sealed)
      for (const { sealed } of keep) leases.set(sealed, now + LEASE_MS)
      this.leasesWritten += keep.length
      if ([...leases.keys()].sort().join() !== before) state.stamp = this.#stamp()
      if (state.stamp === attended.stamp) return undefined
      const people = [...leases].sort(([, a], [, b]) => a - b).map(([sealed]) => sealed)
      const { stamp } = state
      return { stamp, count: people.length, ...(people.length <= LIMIT && { people }) }
    })
    return { life: this.life, channels }
  }

  #stamp(): string {
    return String(++this.#stamps)
  }
}

/** A stream of the model: it knows what it was told. */
export class ModelStream implements Listener {
  readonly channel: string
  readonly id: string
  known: PresenceEvent | undefined
  readonly left: string[] = []
  events = 0
  /** Its reader takes nothing. */
  isFull = false

  constructor(channel: string, id: string) {
    this.channel = channel
    this.id = id
  }

  tell(text: string): boolean {
    if (this.isFull) return false
    const event: PresenceEvent = JSON.parse(text.slice(text.indexOf('data:') + 5).trim())
    this.left.push(...(event.left ?? []))
    this.events++
    this.known = foldPresence(this.known, event)
    return true
  }
}

const DEFAULTS: PresenceTableOptions = {
  copyKeys: {
    sealPerson: (_channel, { id, name }) => `${id} ${name}`,
    openPerson: (_channel, sealed) => {
      const [id = '', name = ''] = sealed.split(' ')
      return { id, name }
    },
  },
  onRefused: () => {},
  renewMs: RENEW_MS,
  maxLeases: 1_000,
  onLeftOut: () => {},
}

/** One gateway of the model, with its streams. */
export class ModelGateway {
  readonly table: PresenceTable
  readonly streams = new Set<ModelStream>()
  readonly #teller: Teller

  constructor(options: Partial<PresenceTableOptions> = {}) {
    this.table = new PresenceTable({ ...DEFAULTS, ...options })
    this.#teller = new Teller(this.table)
  }

  join(channel: string, id: string, name = id): ModelStream {
    const stream = new ModelStream(channel, id)
    this.streams.add(stream)
    this.#teller.begin(this.table.join(channel, { id, name }, stream), stream)
    return stream
  }

  leave(stream: ModelStream, how: 'grace' | 'now' = 'grace'): void {
    this.streams.delete(stream)
    this.table.leave(stream.channel, stream.id, stream, how)
  }

  /** All that is due now, in Redis and to streams. */
  pass(redis: LeasesModel, now: number, budget = 10_000): void {
    for (let rounds = 0; rounds < 20; rounds++) {
      const step = this.table.next(now)
      if (step === undefined) break
      if (redis.isAway) {
        this.table.failed(step, now)
        break
      }
      this.table.done(step, redis.run(step, now), now)
    }
    this.#teller.tell(now, budget)
  }
}
