import { Holders, refilled, type HolderLimits, type Points } from './holders.ts'

export interface AdmissionOptions {
  maxStreams: number
  /** Channels that this gateway may be subscribed to: each costs memory and a subscription, here and in Redis. */
  maxChannels: number
  /** Streams that may begin per second in the long run, and at once. */
  ratePerSecond: number
  burst: number
  /** Resident memory of the process above which no stream begins. */
  maxMemoryBytes: number
  /** For one address, as `clientAddress` counts them: one machine, or one household behind its router. */
  perAddress: HolderLimits
  /** For one principal, wherever it comes from. */
  perPrincipal: HolderLimits
}

/** What asks for a stream. */
export interface Applicant {
  address: string
  /** Undefined if nobody has signed in. */
  principal: string | undefined
  /** Channels that it names. */
  channels: number
}

/** The place of an open stream. */
export interface Place extends Pick<Applicant, 'principal'> {
  /** The text that all places of this address share. */
  readonly address: string
  /** Channels that its stream names. */
  readonly named: number
}

export type Refusal =
  | 'streams'
  | 'channels'
  | 'rate'
  | 'memory'
  | 'address'
  | 'address-channels'
  | 'address-rate'
  | 'principal'
  | 'principal-channels'
  | 'limit'

/** What a stream with so many channels costs; one that names many makes a gateway, Redis and the log do more. */
export function streamCost(channels: number): number {
  return 1 + Math.floor(channels / 10)
}

/**
 * Decides whether one more stream may begin. A gateway that accepts more than it can serve fails the streams that it has. A
 * refused client reconnects later, and finds another replica or a quieter moment.
 */
export class Admission {
  readonly #options: AdmissionOptions
  readonly #addresses: Holders
  readonly #principals: Holders
  #streams = 0
  /** Streams that may begin at once. */
  readonly #rate: Points
  /** The owner sets it once a second, because reading it costs a system call. */
  memoryBytes = 0
  /** Streams admitted since the start. */
  admitted = 0

  constructor(options: AdmissionOptions) {
    this.#options = options
    this.#rate = { points: options.burst, filledAt: 0 }
    this.#addresses = new Holders(options.perAddress)
    this.#principals = new Holders(options.perPrincipal)
  }

  /**
   * A place if the stream may begin; the caller then owes a `release` when its connection closes. `total`: how many channels the
   * gateway would then be subscribed to; `now` in milliseconds.
   */
  admit(applicant: Applicant, total: number, now: number): Place | Refusal {
    const rate = this.#rate
    rate.points = refilled(rate, this.#options, now)
    rate.filledAt = now
    const refusal = this.#refusal(applicant, total, now)
    if (refusal !== undefined) return refusal
    rate.points--
    this.#streams++
    this.admitted++
    const { address, principal, channels } = applicant
    const cost = streamCost(channels)
    if (principal !== undefined) this.#principals.take(principal, channels, cost, now)
    return {
      address: this.#addresses.take(address, channels, cost, now),
      principal,
      named: channels,
    }
  }

  /** How many more streams it would admit, whoever asks. */
  get room(): number {
    const { maxStreams, maxMemoryBytes } = this.#options
    return this.memoryBytes > maxMemoryBytes ? 0 : Math.max(0, maxStreams - this.#streams)
  }

  /** Ask again before a stream joins: others may have joined during its look-up. */
  hasRoomFor(total: number): boolean {
    return total <= this.#options.maxChannels
  }

  release({ address, principal, named }: Place): void {
    this.#streams--
    this.#addresses.release(address, named)
    if (principal !== undefined) this.#principals.release(principal, named)
  }

  #refusal(applicant: Applicant, total: number, now: number): Refusal | undefined {
    const { maxStreams, maxMemoryBytes } = this.#options
    if (this.#streams >= maxStreams) return 'streams'
    if (this.memoryBytes > maxMemoryBytes) return 'memory'
    const { address, principal, channels } = applicant
    const cost = streamCost(channels)
    const ofAddress = this.#addresses.refusal(address, channels, cost, now)
    if (ofAddress !== undefined) return ofAddress === 'streams' ? 'address' : `address-${ofAddress}`
    const ofPrincipal =
      principal === undefined ? undefined : this.#principals.refusal(principal, channels, cost, now)
    if (ofPrincipal !== undefined)
      return ofPrincipal === 'channels' ? 'principal-channels' : 'principal'
    if (!this.hasRoomFor(total)) return 'channels'
    return this.#rate.points < 1 ? 'rate' : undefined
  }
}
