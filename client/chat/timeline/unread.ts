import { Store } from '../store.ts'

/** What a person had not read of a channel when they came. */
interface Found {
  /** The position up to which it was read. */
  after: number
  count: number
}

/** The line before the new messages. It stays where it was while the person reads. */
export class Unread extends Store {
  #found: Found | undefined
  #known = false
  #hidden = false

  /** Another channel is opened. */
  begin(): void {
    this.#found = undefined
    this.#known = false
    this.#hidden = false
    this.changed()
  }

  /** What the markers said before they moved. Only the first counts. */
  found(found: Found | undefined): void {
    if (this.#known) return
    this.#known = true
    if (found !== undefined && found.count > 0) this.#found = found
    this.changed()
  }

  /** The position that the line stands behind. */
  get after(): number | undefined {
    return this.#found?.after
  }

  /** How many messages were unread; 0 if nobody has to be led to the first of them. `oldest`: the first position that is loaded. */
  countBefore(oldest: number | undefined): number {
    const { after, count } = this.#found ?? { after: Infinity, count: 0 }
    return this.#hidden || oldest === undefined || oldest <= after + 1 ? 0 : count
  }

  hide(): void {
    this.#hidden = true
    this.changed()
  }
}
