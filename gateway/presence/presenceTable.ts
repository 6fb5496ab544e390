import type { CopyKeys } from '../../chassis/copyKeys.ts'
import type { Sender } from '../../contract/message.ts'
import { Attended, type Lease, type Listener } from './attended.ts'
import { PresenceStep, type StepAnswer } from './presenceStep.ts'

export interface PresenceTableOptions {
  copyKeys: Pick<CopyKeys, 'sealPerson' | 'openPerson'>
  /** Redis has somebody without a valid MAC. */
  onRefused: () => void
  /** A lease is renewed so often. */
  renewMs: number
  /** People whom this gateway reports, counted once in each channel. Others hear, and are not seen. */
  maxLeases: number
  /** There is no room for somebody. */
  onLeftOut: () => void
}

/** Between two looks at a channel, if there is time for it. */
const LOOK_MS = 1_000
/** After Redis lost the leases, all gateways need a moment to bring theirs: nobody is told meanwhile that all have left. */
const SETTLE_MS = 5_000

/**
 * Who is where by the streams of this gateway, and what is to be done in Redis about it. Without I/O: `next` says what, and `done` or
 * `failed` what became of it. One step at a time.
 *
 * Joins and leaves go first, then leases that are due, then looks. So if there is more to do than Redis is asked to, only the looks
 * become rarer.
 */
export class PresenceTable {
  /** Channels whose people Redis has told of. Whoever tells streams empties it. */
  readonly changed = new Set<Attended>()
  readonly #options: PresenceTableOptions
  readonly #channels = new Map<string, Attended>()
  /** Redis has not heard of these yet. */
  readonly #fresh = new Set<Lease>()
  /** In the order of `renewAt`. */
  readonly #kept = new Set<Lease>()
  readonly #ending = new Set<Attended>()
  /** In the order of `lookAt`. */
  readonly #looks = new Set<Attended>()
  #size = 0
  #life = ''
  #awaySince: number | undefined
  #quietUntil = -Infinity

  constructor(options: PresenceTableOptions) {
    this.#options = options
  }

  /** People, once in each channel. */
  get size(): number {
    return this.#size
  }

  /** Streams should not be told anything yet. */
  isQuiet(now: number): boolean {
    return this.#awaySince !== undefined || now < this.#quietUntil
  }

  /** A stream of somebody begins. */
  join(channel: string, person: Sender, listener: Listener): Attended {
    const { copyKeys } = this.#options
    const attended = this.#channels.get(channel) ?? this.#open(channel)
    attended.listeners.set(listener, 0)
    const sealed = copyKeys.sealPerson(channel, person)
    const lease = attended.leases.get(person.id)
    if (lease !== undefined) {
      lease.streams++
      if (lease.sealed !== sealed) this.#rename(lease, sealed)
    } else if (this.#size < this.#options.maxLeases) {
      this.#size++
      const fresh = { attended, sealed, streams: 1, renewAt: 0 }
      attended.leases.set(person.id, fresh)
      this.#fresh.add(fresh)
      attended.ending.delete(sealed)
    } else {
      attended.leftOut.add(listener)
      this.#options.onLeftOut()
    }
    return attended
  }

  /** A stream of somebody has ended. `now`: they will not come back. */
  leave(channel: string, id: string, listener: Listener, how: 'grace' | 'now'): void {
    const attended = this.#channels.get(channel)
    if (attended?.listeners.delete(listener) !== true) return
    attended.behind.delete(listener)
    const lease = attended.leftOut.delete(listener) ? undefined : attended.leases.get(id)
    if (lease !== undefined && --lease.streams === 0) {
      this.#size--
      attended.leases.delete(id)
      this.#fresh.delete(lease)
      this.#kept.delete(lease)
      this.#end(attended, lease.sealed, how)
    }
    if (attended.listeners.size === 0) this.#close(attended)
  }

  /** What to do next in Redis; undefined: nothing. */
  next(now: number): PresenceStep | undefined {
    const step = new PresenceStep()
    for (const attended of this.#ending) {
      for (const [sealed, how] of attended.ending) {
        if (step.isFull) break
        step.end(attended, sealed, how)
        attended.ending.delete(sealed)
      }
      if (step.isFull) break
      this.#ending.delete(attended)
    }
    for (const lease of this.#fresh) {
      if (step.isFull) break
      step.keep(lease)
      this.#fresh.delete(lease)
    }
    for (const lease of this.#kept) {
      if (step.isFull || lease.renewAt > now) break
      step.keep(lease)
      this.#kept.delete(lease)
    }
    for (const attended of this.#looks) {
      if (step.isFull || attended.lookAt > now) break
      step.look(attended)
    }
    for (const { attended } of step.channels) this.#lookLater(attended, now)
    return step.isEmpty ? undefined : step
  }

  done(step: PresenceStep, answer: StepAnswer, now: number): void {
    const { renewMs } = this.#options
    const awaySince = this.#awaySince
    // What others lost before it, they may notice only now.
    if (awaySince !== undefined) this.#quietUntil = now + SETTLE_MS
    const wasAway = awaySince !== undefined && now - awaySince > renewMs / 2
    this.#awaySince = undefined
    for (const { keep } of step.channels) {
      for (const lease of keep) if (lease.streams > 0) this.#keep(lease, now + renewMs)
    }
    if ((this.#life !== '' && answer.life !== this.#life) || wasAway) this.#lose(now)
    this.#life = answer.life
    step.channels.forEach(({ attended }, index) => {
      const state = answer.channels[index]
      if (state === undefined || attended.listeners.size === 0) return
      attended.stamp = state.stamp
      attended.view.take(state.count, state.people)
      attended.hasNews = true
      this.changed.add(attended)
    })
  }

  /** Leases that should have ended do so by themselves. */
  failed(step: PresenceStep, now: number): void {
    this.#awaySince ??= now
    for (const { keep } of step.channels) {
      for (const lease of keep) if (lease.streams > 0) this.#fresh.add(lease)
    }
    // Otherwise people who come and go would fill the memory while Redis is away.
    for (const attended of this.#ending) attended.ending.clear()
    this.#ending.clear()
  }

  #open(channel: string): Attended {
    const { copyKeys, onRefused } = this.#options
    const attended = new Attended(channel, (sealed) => {
      const person = copyKeys.openPerson(channel, sealed)
      if (person === undefined) onRefused()
      return person
    })
    this.#channels.set(channel, attended)
    this.#looks.add(attended)
    return attended
  }

  #close(attended: Attended): void {
    this.#channels.delete(attended.channel)
    this.#looks.delete(attended)
    this.changed.delete(attended)
    attended.pass = undefined
  }

  #rename(lease: Lease, sealed: string): void {
    this.#end(lease.attended, lease.sealed, 'now')
    lease.sealed = sealed
    this.#kept.delete(lease)
    this.#fresh.add(lease)
    lease.attended.ending.delete(sealed)
  }

  #end(attended: Attended, sealed: string, how: 'grace' | 'now'): void {
    if (this.#awaySince !== undefined) return
    attended.ending.set(sealed, how)
    this.#ending.add(attended)
  }

  #keep(lease: Lease, renewAt: number): void {
    // It has got another name meanwhile.
    if (this.#fresh.has(lease)) return
    lease.renewAt = renewAt
    this.#kept.add(lease)
  }

  #lookLater(attended: Attended, now: number): void {
    if (!this.#looks.delete(attended)) return
    attended.lookAt = now + LOOK_MS
    this.#looks.add(attended)
  }

  /** Redis does not have the leases any more, or may not. */
  #lose(now: number): void {
    for (const lease of this.#kept) this.#fresh.add(lease)
    this.#kept.clear()
    this.#quietUntil = now + SETTLE_MS
  }
}
