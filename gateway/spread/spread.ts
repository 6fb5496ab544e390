import type { Clock } from '../../chassis/clock.ts'
import { Recurring } from '../../chassis/recurring.ts'
import type { DeletionCost } from './deletionCost.ts'
import type { GatewayCounts } from './gatewayCounts.ts'
import { type GatewayCount, meanOf, type MovePolicy } from './movePolicy.ts'

/** What a gateway says of itself. */
export type OwnCount = Omit<GatewayCount, 'id'>

export interface SpreadOptions {
  clock: Clock
  /** Until then this gateway is none of the fleet. */
  isReady: () => boolean
  own: () => OwnCount
  /** See CountExchange. Undefined: gateways do not know of each other. */
  exchange: ((line: string, gone: readonly string[]) => Promise<string>) | undefined
  counts: GatewayCounts
  policy: Pick<MovePolicy, 'look'>
  /** Ends so many streams; 0 between moves too. */
  move: (count: number) => void
  onMean: (mean: number) => void
  cost: DeletionCost
  /** Writes this pod's deletion cost; undefined: it has none. */
  annotate: ((cost: number) => Promise<void>) | undefined
  onError: (error: unknown) => void
}

const LOOK_MS = 1_000
/** Of fifty gateways each one looks once a second, of a hundred every other second: Redis answers each with all lines. */
const LOOKS_PER_SECOND = 50
/** Looks in a lease. */
const LEASE = 5

/** Tells other gateways and Kubernetes how many streams there are here, and lets streams move if there are far more than elsewhere. */
export class Spread {
  readonly #options: SpreadOptions
  readonly #looks: Recurring
  #nextAt = 0

  constructor(options: SpreadOptions) {
    this.#options = options
    this.#looks = new Recurring(options.clock, LOOK_MS, () => this.#look())
  }

  /** Stops, and takes its own line away. */
  async close(): Promise<void> {
    await this.#looks.close()
    // Whatever is wrong with Redis, the line ends with its lease.
    await this.#options.exchange?.('', []).catch(() => {})
  }

  async #look(): Promise<void> {
    const { own, isReady, clock } = this.#options
    if (!isReady()) return
    const now = clock.now()
    const count = own()
    // Nobody waits for the API server: a late look would look like a gateway that has left.
    void this.#annotate(count, now)
    if (now >= this.#nextAt) await this.#meet(count, now)
  }

  async #meet(own: OwnCount, now: number): Promise<void> {
    const { counts, policy, exchange, move, onMean, clock } = this.#options
    const everyMs = LOOK_MS * Math.max(1, counts.size / LOOKS_PER_SECOND)
    this.#nextAt = now + everyMs - LOOK_MS / 2
    const leaseMs = everyMs * LEASE
    if (exchange === undefined) return onMean(own.streams)
    const text = await exchange(counts.line(own), counts.stale(now, leaseMs)).catch(() => undefined)
    // Redis is away: nothing is known of others, so nothing moves. Its client has said so in the log.
    if (text === undefined) return onMean(own.streams)
    const others = counts.read(text, clock.now(), leaseMs)
    const self = { id: '', ...own }
    const takers = others.filter(({ isLeaving }) => !isLeaving)
    onMean(meanOf(self, takers))
    move(policy.look(self, others, clock.now()))
  }

  async #annotate({ streams }: OwnCount, now: number): Promise<void> {
    const { cost, annotate, onError } = this.#options
    if (annotate === undefined) return
    const next = cost.next(streams, now)
    if (next === undefined) return
    await annotate(next).catch((error: unknown) => {
      cost.failed()
      onError(error)
    })
  }
}
