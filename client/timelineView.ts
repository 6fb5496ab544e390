import { byId } from './element.ts'
import type { Row } from './timelineRows.ts'

/** So near to the bottom counts as the bottom: less than a line, more than rounding. */
const NEAR_BOTTOM_PX = 24

/** So near to the top older messages are loaded, so that they are there before the reader is. */
const NEAR_TOP_PX = 240

interface TimelineOptions {
  view: (row: Row) => HTMLElement
  /** The reader came near the first message. */
  top: () => void
  /** The reader came to the last message. */
  bottom: () => void
}

/** The scrolled list. It follows new messages while the reader is at the bottom, and otherwise holds still. */
export class TimelineView {
  readonly #scroller = byId('timeline', HTMLElement)
  readonly #list = byId('messages', HTMLUListElement)
  readonly #options: TimelineOptions
  readonly #shown = new Map<string, { stamp: string; node: HTMLElement }>()
  #following = true

  constructor(options: TimelineOptions) {
    this.#options = options
    this.#scroller.addEventListener('scroll', () => this.#scrolled(), { passive: true })
    // The window, a phone's keyboard and the composer all change the height.
    new ResizeObserver(() => this.#settle()).observe(this.#scroller)
  }

  get following(): boolean {
    return this.#following
  }

  follow(): void {
    this.#following = true
    this.#settle()
  }

  set busy(busy: boolean) {
    // Otherwise screen readers would read a whole page of history aloud.
    this.#scroller.ariaBusy = String(busy)
  }

  show(rows: readonly Row[]): void {
    const restore = this.#following ? undefined : this.#anchor()
    const wanted = new Map(rows.map((row) => [row.key, row.stamp]))
    for (const [key, { node, stamp }] of this.#shown) {
      if (wanted.get(key) === stamp) continue
      node.remove()
      this.#shown.delete(key)
    }
    let next = this.#list.firstElementChild
    for (const row of rows) {
      const node = this.#node(row)
      if (node === next) next = next.nextElementSibling
      else this.#list.insertBefore(node, next)
    }
    if (this.#following) this.#settle()
    else restore?.()
  }

  #node(row: Row): HTMLElement {
    const shown = this.#shown.get(row.key)
    if (shown !== undefined) return shown.node
    const node = this.#options.view(row)
    node.dataset.key = row.key
    this.#shown.set(row.key, { stamp: row.stamp, node })
    return node
  }

  /**
   * Remembers the place of the topmost visible row, to restore it after rows were added above. It uses the key, because the row is
   * drawn again if it is no longer the first of its group; and the lower edge, which does not move then.
   */
  #anchor(): (() => void) | undefined {
    const top = this.#scroller.getBoundingClientRect().top
    for (const node of this.#list.querySelectorAll<HTMLElement>('.message')) {
      const { bottom } = node.getBoundingClientRect()
      const { key } = node.dataset
      if (bottom < top || key === undefined) continue
      return () => {
        const after = this.#shown.get(key)?.node.getBoundingClientRect().bottom
        if (after !== undefined) this.#scroller.scrollTop += after - bottom
      }
    }
    return undefined
  }

  #settle(): void {
    if (this.#following) this.#scroller.scrollTop = this.#scroller.scrollHeight
  }

  #scrolled(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller
    this.#following = scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PX
    if (this.#following) this.#options.bottom()
    if (scrollTop < NEAR_TOP_PX) this.#options.top()
  }
}
