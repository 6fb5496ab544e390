import type { CopyKeys } from '../../chassis/copyKeys.ts'
import type { Sender } from '../../contract/message.ts'
import { Attended, type Lease, type Leaving, type Listener } from './attended.ts'
import type { ChannelAnswer, PresenceNews, PresenceStep, StepAnswer } from './presenceStep.ts'
import { type PresenceTimes, PresenceWork } from './presenceWork.ts'

export interface PresenceTableOptions extends PresenceTimes {
  copyKeys: Pick<CopyKeys, 'sealPerson' | 'openPerson'>
  /** Redis has somebody without a valid MAC. */
  onRefused: () => void
  /** People whom this gateway reports, counted once in each channel. Others hear, and are not seen. */
  maxLeases: number
  /** There is no room for somebody. */
  onLeftOut: () => void
}

/** After Redis lost the leases, all gateways need a moment to bring theirs: nobody is told meanwhile that all have left. */
const SETTLE_MS = 5_000

/**
 * Who is where by the streams of this gateway, and what is to be done in Redis about it. Without I/O: `next` says what, and `done` or
 * `failed` what became of it. One step at a time.
 */
export class PresenceTable {
  /** Channels whose people Redis has told of. Whoever tells streams empties it. */
  readonly changed = new Set<Attended>()
  readonly #options: PresenceTableOptions
  readonly #channels = new Map<string, Attended>()
  readonly #work: PresenceWork
  #size = 0
  #life = ''
  #number = -1
  #isAway = false
  #quietUntil = -Infinity

  constructor(options: PresenceTableOptions) {
    this.#options = options
    this.#work = new PresenceWork(this.#channels, options)
  }

  /** People, once in each channel. */
  get size(): number {
    return this.#size
  }

  /** Streams should not be told anything yet. */
  isQuiet(now: number): boolean {
    return this.#isAway || now < this.#quietUntil
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
      const fresh = { attended, sealed, streams: 1 }
      attended.leases.set(person.id, fresh)
      this.#work.keep(fresh)
    } else {
      attended.leftOut.add(listener)
      this.#options.onLeftOut()
    }
    return attended
  }

  /** A stream of somebody has ended. */
  leave(channel: string, id: string, listener: Listener, how: Leaving): void {
    const attended = this.#channels.get(channel)
    if (attended?.listeners.delete(listener) !== true) return
    attended.behind.delete(listener)
    const lease = attended.leftOut.delete(listener) ? undefined : attended.leases.get(id)
    if (lease !== undefined && --lease.streams === 0) {
      this.#size--
      attended.leases.delete(id)
      this.#work.forget(lease)
      this.#end(attended, lease.sealed, how)
    }
    if (attended.listeners.size === 0) this.#close(attended)
  }

  /** What to do next in Redis; undefined: nothing. */
  next(now: number): PresenceStep | undefined {
    return this.#work.next(now, this.#number)
  }

  done(step: PresenceStep, answer: StepAnswer, now: number): void {
    const { life, number, isLost, hasMore, news } = answer
    const isOther = this.#life !== '' && life !== this.#life
    // What ran out while Redis was away comes back now, like what was lost.
    if (this.#isAway || isOther) this.#quietUntil = now + SETTLE_MS
    this.#isAway = false
    this.#life = life
    this.#number = number
    if (hasMore) this.#work.askAgain()
    for (const each of news) this.#hear(each, now)
    step.channels.forEach(({ attended }, index) => {
      if (attended.listeners.size > 0) this.#take(attended, answer.channels[index] ?? {}, now)
    })
    if (isOther || isLost) this.#work.renewAll(now)
  }

  failed(step: PresenceStep, now: number): void {
    this.#isAway = true
    for (const { attended, keep } of step.channels) {
      for (const lease of keep) if (lease.streams > 0) this.#work.keep(lease)
      if (attended.listeners.size > 0) this.#work.look(attended, now)
    }
    this.#work.dropEndings()
  }

  #take(attended: Attended, { nextEnd, present }: ChannelAnswer, now: number): void {
    const nextAt = nextEnd === undefined ? Infinity : now + nextEnd
    if (present === undefined) {
      attended.lookAt = attended.isStale ? Math.min(attended.lookAt, nextAt) : nextAt
      return
    }
    this.#work.looked(attended, now, nextAt)
    attended.view.take(present.count, present.people)
    attended.hasNews = true
    this.changed.add(attended)
  }

  #hear({ channel, shortened }: PresenceNews, now: number): void {
    const attended = this.#channels.get(channel)
    if (attended === undefined) return
    if (shortened === undefined) {
      this.#work.look(attended, now)
      return
    }
    const { sealed, ms } = shortened
    const id = this.#options.copyKeys.openPerson(channel, sealed)?.id
    const lease = id === undefined ? undefined : attended.leases.get(id)
    // Another gateway had the same person, and does not know of this one.
    if (lease?.sealed === sealed) this.#work.keep(lease)
    else if (ms >= 0) attended.lookAt = Math.min(attended.lookAt, now + ms)
  }

  #open(channel: string): Attended {
    const { copyKeys, onRefused } = this.#options
    const attended = new Attended(channel, (sealed) => {
      const person = copyKeys.openPerson(channel, sealed)
      if (person === undefined) onRefused()
      return person
    })
    this.#channels.set(channel, attended)
    this.#work.look(attended, 0)
    return attended
  }

  #close(attended: Attended): void {
    this.#channels.delete(attended.channel)
    this.#work.close(attended)
    this.changed.delete(attended)
    attended.pass = undefined
  }

  #rename(lease: Lease, sealed: string): void {
    this.#work.forget(lease)
    this.#end(lease.attended, lease.sealed, 'soon')
    lease.sealed = sealed
    this.#work.keep(lease)
  }

  #end(attended: Attended, sealed: string, how: Leaving): void {
    if (!this.#isAway) this.#work.end(attended, sealed, how)
  }
}
