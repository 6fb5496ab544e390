import type { Attended, Listener } from './attended.ts'
import type { PresenceTable } from './presenceTable.ts'

/** Between two events of one channel; for each stream of it a millisecond, if that is longer. So 10,000 streams hear one in 10 s. */
const TELL_MS = 1_000
/** A reader that has not taken everything is tried again so often. */
const AGAIN_MS = 100

/**
 * Tells streams who is there, a bounded number of writes at a time. What changes meanwhile is told together. A stream that cannot take
 * an event is told everything later.
 */
export class Teller {
  readonly #table: PresenceTable
  readonly #behind = new Set<Attended>()
  #againAt = 0

  constructor(table: PresenceTable) {
    this.#table = table
  }

  /** A new stream: at once if something is known. */
  begin(attended: Attended, listener: Listener): void {
    if (attended.view.version > 0) this.#tell(attended, listener)
  }

  /** Writes to as many streams as `budget` says; returns what is left of it. */
  tell(now: number, budget: number): number {
    let left = this.#catchUp(now, budget)
    for (const attended of this.#table.changed) {
      if (left <= 0) break
      if (attended.pass === undefined && !this.#begin(attended, now)) continue
      for (; left > 0 && attended.pass !== undefined; left--) {
        const { value, done } = attended.pass.next()
        if (done === true) this.#end(attended)
        else this.#tell(attended, value)
      }
    }
    return left
  }

  #begin(attended: Attended, now: number): boolean {
    if (now < attended.tellAt || this.#table.isQuiet(now)) return false
    if (!attended.view.publish()) {
      this.#table.changed.delete(attended)
      return false
    }
    attended.hasNews = false
    attended.tellAt = now + Math.max(TELL_MS, attended.listeners.size)
    attended.pass = attended.listeners.keys()
    return true
  }

  #end(attended: Attended): void {
    attended.pass = undefined
    // Otherwise something has changed during the pass.
    if (!attended.hasNews) this.#table.changed.delete(attended)
  }

  #catchUp(now: number, budget: number): number {
    if (now < this.#againAt) return budget
    this.#againAt = now + AGAIN_MS
    let left = budget
    for (const attended of this.#behind) {
      // Those who still cannot take it come in again behind.
      let rest = attended.behind.size
      for (const listener of attended.behind) {
        if (rest-- === 0) break
        if (left-- <= 0) return 0
        attended.behind.delete(listener)
        this.#tell(attended, listener)
      }
      if (attended.behind.size === 0) this.#behind.delete(attended)
    }
    return left
  }

  #tell(attended: Attended, listener: Listener): void {
    const { view, listeners, behind } = attended
    const told = listeners.get(listener)
    if (told === undefined || told === view.version) return
    if (listener.tell(view.textFor(told))) listeners.set(listener, view.version)
    else {
      behind.add(listener)
      this.#behind.add(attended)
    }
  }
}
