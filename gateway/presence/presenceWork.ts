import type { Attended, Lease, Leaving } from './attended.ts'
import { PresenceStep } from './presenceStep.ts'

export interface PresenceTimes {
  /** All leases of a channel are renewed so often, in milliseconds. */
  renewMs: number
  /** Redis is asked so often for news, if there is nothing else to do. */
  newsMs: number
  /** How long somebody stays after their last stream. */
  graceMs: number
}

/** Between two looks at a channel that changes all the time. */
const LOOK_MS = 1_000

/**
 * What is to be done in Redis. Joins and leaves go first, then renewals, then looks. So if there is more to do than Redis is asked to,
 * only the looks become rarer. A channel in which nothing happens costs one renewal of all its leases, and a glance at two numbers each
 * time that news are due.
 */
export class PresenceWork {
  readonly #channels: ReadonlyMap<string, Attended>
  readonly #times: PresenceTimes
  /** Redis has not heard of these yet. */
  readonly #fresh = new Set<Lease>()
  readonly #ending = new Set<Attended>()
  readonly #renewing = new Set<Attended>()
  readonly #looking = new Set<Attended>()
  #newsAt = -Infinity
  #sweepAt = -Infinity

  /** `channels`: all in which people are. */
  constructor(channels: ReadonlyMap<string, Attended>, times: PresenceTimes) {
    this.#channels = channels
    this.#times = times
  }

  keep(lease: Lease): void {
    this.#fresh.add(lease)
    lease.attended.ending.delete(lease.sealed)
  }

  end(attended: Attended, sealed: string, how: Leaving): void {
    attended.ending.set(sealed, how)
    this.#ending.add(attended)
  }

  /** Its people have changed, or are not known. */
  look(attended: Attended, now: number): void {
    attended.isStale = true
    const lookAt = attended.lookedAt + LOOK_MS
    if (lookAt <= now) this.#looking.add(attended)
    else attended.lookAt = Math.min(attended.lookAt, lookAt)
  }

  /** Its people are known, and nothing is due there before `nextAt`. */
  looked(attended: Attended, now: number, nextAt: number): void {
    attended.isStale = false
    attended.lookedAt = now
    attended.lookAt = nextAt
    this.#looking.delete(attended)
  }

  /** Redis may have nothing that it was told, or news were lost. */
  renewAll(now: number): void {
    for (const attended of this.#channels.values()) {
      attended.renewal = undefined
      this.#renewing.add(attended)
      this.look(attended, now)
    }
  }

  /** More news wait. */
  askAgain(): void {
    this.#newsAt = -Infinity
  }

  forget(lease: Lease): void {
    this.#fresh.delete(lease)
  }

  /** Nobody is there any more by this gateway. */
  close(attended: Attended): void {
    this.#renewing.delete(attended)
    this.#looking.delete(attended)
  }

  /** Leases that should have ended do so by themselves. Otherwise people who come and go would fill the memory while Redis is away. */
  dropEndings(): void {
    for (const attended of this.#ending) attended.ending.clear()
    this.#ending.clear()
  }

  /** What to do next; undefined: nothing. */
  next(now: number, since: number): PresenceStep | undefined {
    if (this.#channels.size === 0 && this.#ending.size === 0) return undefined
    if (now >= this.#sweepAt) this.#sweep(now)
    const step = new PresenceStep(since)
    this.#takeEndings(step)
    for (const lease of this.#fresh) {
      if (step.isFull) break
      step.keep(lease)
      this.#fresh.delete(lease)
      const { attended } = lease
      attended.renewAt = Math.min(attended.renewAt, now + this.#times.renewMs)
    }
    for (const attended of this.#renewing) {
      if (step.isFull) break
      if (this.#renew(attended, step)) this.#renewing.delete(attended)
    }
    for (const attended of this.#looking) {
      if (step.isFull) break
      step.look(attended)
    }
    for (const { attended } of step.channels) this.#looking.delete(attended)
    if (step.isEmpty && now < this.#newsAt) return undefined
    this.#newsAt = now + this.#times.newsMs
    return step
  }

  /** What has become due meanwhile. */
  #sweep(now: number): void {
    this.#sweepAt = now + this.#times.newsMs
    for (const attended of this.#channels.values()) {
      if (attended.renewAt <= now) {
        attended.renewAt = now + this.#times.renewMs
        this.#renewing.add(attended)
      }
      if (attended.lookAt <= now) {
        attended.lookAt = Infinity
        this.#looking.add(attended)
      }
    }
  }

  #takeEndings(step: PresenceStep): void {
    const { graceMs, newsMs } = this.#times
    // Time for another gateway that has the same person to say so.
    const left = { grace: graceMs, soon: 2 * newsMs }
    for (const attended of this.#ending) {
      for (const [sealed, how] of attended.ending) {
        if (step.isFull) return
        step.shorten(attended, sealed, left[how])
        attended.ending.delete(sealed)
      }
      this.#ending.delete(attended)
    }
  }

  /** True if that is all of its leases. */
  #renew(attended: Attended, step: PresenceStep): boolean {
    attended.renewal ??= attended.leases.values()
    while (!step.isFull) {
      const { value, done } = attended.renewal.next()
      if (done === true) {
        attended.renewal = undefined
        return true
      }
      step.keep(value)
    }
    return false
  }
}
