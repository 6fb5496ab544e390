import { Store } from '../store.ts'
import type { Marker } from '../../sdk/markers.ts'

/** What a person had read of a channel when they came, and how much not. */
type Found = Pick<Marker, 'position' | 'unread'>

/** The line before the new messages. It stays where it was while the person reads. */
export class Unread extends Store {
  #found: Found | undefined
  #known = false
  #hidden = false

  /** What the markers said before they moved. Only the first counts. */
  found(found: Found | undefined): void {
    if (this.#known) return
    this.#known = true
    if (found !== undefined && found.unread > 0) this.#found = found
    this.changed()
  }

  /** The position that the line stands behind. */
  get after(): number | undefined {
    return this.#found?.position
  }

  /** How many messages were unread; 0 if nobody has to be led to the first of them. `oldest`: the first position that is loaded. */
  countBefore(oldest: number | undefined): number {
    const { position, unread } = this.#found ?? { position: Infinity, unread: 0 }
    return this.#hidden || oldest === undefined || oldest <= position + 1 ? 0 : unread
  }

  hide(): void {
    this.#hidden = true
    this.changed()
  }
}
