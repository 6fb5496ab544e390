import type {
  ChannelAnswer,
  ChannelStep,
  PresenceNews,
  PresenceStep,
  StepAnswer,
} from '../../gateway/presence/presenceStep.ts'
import { PresenceTable, type PresenceTableOptions } from '../../gateway/presence/presenceTable.ts'
import { Teller } from '../../gateway/presence/teller.ts'
import type { PresenceEvent } from '../../contract/presence.ts'
import { foldPresence } from '../../client/sdk/presence.ts'
import type { Leaving, Listener } from '../../gateway/presence/attended.ts'

export const LEASE_MS = 30_000
export const GRACE_MS = 10_000
/** These as `Presence` has them. */
export const RENEW_MS = LEASE_MS / 2
const NEWS_MS = 1_000
export const LIMIT = 6

/** What the script does, in the memory of a test. */
export class LeasesModel {
  life = 'life-0'
  isAway = false
  /** How often a lease was written, and a channel was looked at. */
  leasesWritten = 0
  looks = 0
  readonly #channels = new Map<string, Map<string, number>>()
  #news: (PresenceNews | undefined)[] = []
  #lives = 0

  flush(): void {
    this.#channels.clear()
    this.#news = []
    this.life = `life-${++this.#lives}`
  }

  /** As if so many came that Redis has none of these any more. */
  loseNews(): void {
    this.#news = this.#news.map(() => undefined)
  }

  run(step: PresenceStep, now: number): StepAnswer {
    const { since } = step
    const page = since < 0 ? [] : this.#news.slice(since)
    const news = page.filter((each) => each !== undefined)
    const isLost = since > this.#news.length || news.length < page.length
    const channels = step.channels.map((each) => this.#answer(each, now))
    const number = this.#news.length
    return { life: this.life, number, isLost, hasMore: false, news, channels }
  }

  #answer({ attended, keep, shorten }: ChannelStep, now: number): ChannelAnswer {
    const { channel, isStale } = attended
    const leases = this.#channels.get(channel) ?? new Map<string, number>()
    this.#channels.set(channel, leases)
    const before = [...leases.keys()].sort().join()
    for (const [sealed, until] of leases) if (until <= now) leases.delete(sealed)
    for (const [sealed, ms] of shorten) {
      if ((leases.get(sealed) ?? 0) <= now + ms) continue
      leases.set(sealed, now + ms)
      this.#news.push({ channel, shortened: { sealed, ms } })
    }
    for (const { sealed } of keep) leases.set(sealed, now + LEASE_MS)
    this.leasesWritten += keep.length
    this.looks++
    const people = [...leases].sort(([, a], [, b]) => a - b).map(([sealed]) => sealed)
    const isOther = people.toSorted().join() !== before
    if (isOther) this.#news.push({ channel })
    const count = people.length
    return {
      ...(count > 0 && { nextEnd: Math.min(...leases.values()) - now }),
      ...((isOther || isStale) && { present: { count, ...(count <= LIMIT && { people }) } }),
    }
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
  newsMs: NEWS_MS,
  graceMs: GRACE_MS,
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

  leave(stream: ModelStream, how: Leaving = 'grace'): void {
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
