import { Store } from './store.ts'

/** Whether the reader is at the end of the open channel, and how many messages they have not seen since. */
export class Reading extends Store {
  #unseen = 0
  #following = true

  get unseen(): number {
    return this.#unseen
  }

  /** Whether the timeline follows new messages. */
  get following(): boolean {
    return this.#following
  }

  enter(): void {
    this.#following = true
    this.#count(0)
  }

  /** A message came. */
  arrived(own: boolean): void {
    if (own || (this.#following && !document.hidden)) return
    this.#count(this.#unseen + 1)
  }

  /** The reader came to the end, or went away from it. */
  see(following: boolean): void {
    if (following === this.#following) return this.look()
    this.#following = following
    if (!following || document.hidden) this.changed()
    else this.#count(0)
  }

  /** The page may have become visible. */
  look(): void {
    if (this.#following && !document.hidden && this.#unseen > 0) this.#count(0)
  }

  #count(unseen: number): void {
    this.#unseen = unseen
    this.changed()
  }
}
