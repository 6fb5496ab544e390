export interface AdmissionOptions {
  maxStreams: number
  /** Streams of one address, as `clientAddress` counts them: one machine, or one household behind its router. */
  maxStreamsPerAddress: number
  /** Channels that this gateway may be subscribed to: each costs memory and a subscription, here and in Redis. */
  maxChannels: number
  /** Streams that may begin per second in the long run, and at once. */
  ratePerSecond: number
  burst: number
  /** Resident memory of the process above which no stream begins. */
  maxMemoryBytes: number
}

export type Refusal = 'streams' | 'address' | 'channels' | 'rate' | 'memory'

/**
 * Decides whether one more stream may begin. A gateway that accepts more than it can serve fails the streams that it has. A
 * refused client reconnects later, and finds another replica or a quieter moment.
 */
export class Admission {
  readonly #options: AdmissionOptions
  readonly #addresses = new Map<string, number>()
  #streams = 0
  #tokens: number
  #filledAt = 0
  /** The owner sets it once a second, because reading it costs a system call. */
  memoryBytes = 0
  /** Streams admitted since the start. */
  admitted = 0

  constructor(options: AdmissionOptions) {
    this.#options = options
    this.#tokens = options.burst
  }

  /**
   * Undefined if the stream may begin; the caller then owes a `release` when its connection closes. `channels`: how many channels
   * the gateway would then be subscribed to; `now` in milliseconds.
   */
  admit(address: string, channels: number, now: number): Refusal | undefined {
    const { maxStreams, maxStreamsPerAddress, ratePerSecond, burst, maxMemoryBytes } = this.#options
    const gained = ((now - this.#filledAt) / 1_000) * ratePerSecond
    this.#tokens = Math.min(burst, this.#tokens + gained)
    this.#filledAt = now
    const ofAddress = this.#addresses.get(address) ?? 0
    if (this.#streams >= maxStreams) return 'streams'
    if (this.memoryBytes > maxMemoryBytes) return 'memory'
    if (ofAddress >= maxStreamsPerAddress) return 'address'
    if (!this.hasRoomFor(channels)) return 'channels'
    if (this.#tokens < 1) return 'rate'
    this.#tokens--
    this.#streams++
    this.admitted++
    this.#addresses.set(address, ofAddress + 1)
    return undefined
  }

  /** Ask again before a stream joins: others may have joined during its look-up. */
  hasRoomFor(channels: number): boolean {
    return channels <= this.#options.maxChannels
  }

  release(address: string): void {
    this.#streams--
    const left = (this.#addresses.get(address) ?? 1) - 1
    if (left > 0) this.#addresses.set(address, left)
    else this.#addresses.delete(address)
  }
}
