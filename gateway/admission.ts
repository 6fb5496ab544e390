export interface AdmissionOptions {
  maxStreams: number
  /** Of one address: one machine, or one household behind its router. */
  maxStreamsPerAddress: number
  /** Streams that may begin per second in the long run, and at once. */
  ratePerSecond: number
  burst: number
  /** Resident memory of the process above which no stream begins. */
  maxMemoryBytes: number
}

export type Refusal = 'streams' | 'address' | 'rate' | 'memory'

/**
 * Decides whether one more stream may begin. A gateway that takes more than it can serve fails those that it has; whoever is
 * refused is told when to come back, and finds another replica or a quieter moment.
 */
export class Admission {
  readonly #options: AdmissionOptions
  readonly #addresses = new Map<string, number>()
  #streams = 0
  #tokens: number
  #filledAt = 0
  /** Reading it costs a system call, so it is told once a second. */
  memoryBytes = 0

  constructor(options: AdmissionOptions) {
    this.#options = options
    this.#tokens = options.burst
  }

  /** Undefined where it may begin: then `release` is owed when it ends. `now` in milliseconds. */
  admit(address: string, now: number): Refusal | undefined {
    const { maxStreams, maxStreamsPerAddress, ratePerSecond, burst, maxMemoryBytes } = this.#options
    const gained = ((now - this.#filledAt) / 1_000) * ratePerSecond
    this.#tokens = Math.min(burst, this.#tokens + gained)
    this.#filledAt = now
    const ofAddress = this.#addresses.get(address) ?? 0
    if (this.#streams >= maxStreams) return 'streams'
    if (this.memoryBytes > maxMemoryBytes) return 'memory'
    if (ofAddress >= maxStreamsPerAddress) return 'address'
    if (this.#tokens < 1) return 'rate'
    this.#tokens--
    this.#streams++
    this.#addresses.set(address, ofAddress + 1)
    return undefined
  }

  release(address: string): void {
    this.#streams--
    const left = (this.#addresses.get(address) ?? 1) - 1
    if (left > 0) this.#addresses.set(address, left)
    else this.#addresses.delete(address)
  }
}
