/** So near to the end counts as the end: less than a line, more than rounding. */
const NEAR_END_PX = 24

/** So near to an edge more messages are loaded, so that they are there before the reader is. */
const NEAR_EDGE_PX = 400

/** A row and where it was on the screen. */
export interface Anchor {
  key: string
  top: number
}

/** Keeps the reader's place while rows come and go above and below it. */
export class ScrollKeeper {
  readonly #scroller: HTMLElement
  readonly #list: HTMLElement

  constructor(scroller: HTMLElement, list: HTMLElement) {
    this.#scroller = scroller
    this.#list = list
  }

  get nearEnd(): boolean {
    return this.#left < NEAR_END_PX
  }

  get nearLastRow(): boolean {
    return this.#left < NEAR_EDGE_PX
  }

  get nearFirstRow(): boolean {
    return this.#scroller.scrollTop < NEAR_EDGE_PX
  }

  /** The first row that can be seen; undefined if there is none. */
  anchor(): Anchor | undefined {
    const { top } = this.#scroller.getBoundingClientRect()
    const row = this.#firstBelow(top)
    const key = row?.dataset.key
    return row && key ? { key, top: row.getBoundingClientRect().top } : undefined
  }

  /** Puts a row back to where it was. */
  restore({ key, top }: Anchor): void {
    const row = this.row(key)
    if (row !== undefined) this.#scroller.scrollTop += row.getBoundingClientRect().top - top
  }

  toEnd(): void {
    this.#scroller.scrollTop = this.#scroller.scrollHeight
  }

  row(key: string): HTMLElement | undefined {
    return this.#find((row) => row.dataset.key === key)
  }

  /** The row of a position, or of the first one behind it. */
  rowAt(position: number): HTMLElement | undefined {
    return this.#find(({ dataset }) => Number(dataset.position ?? 0) >= position)
  }

  /** The position of the last message that can be seen; 0 if there is none. */
  lastSeen(): number {
    const { bottom } = this.#scroller.getBoundingClientRect()
    const rows = this.#rows().filter(({ dataset }) => dataset.position !== undefined)
    const seen = rows.findLast((row) => row.getBoundingClientRect().top < bottom)
    return Number(seen?.dataset.position ?? 0)
  }

  get #left(): number {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller
    return scrollHeight - scrollTop - clientHeight
  }

  #rows(): HTMLElement[] {
    return [...this.#list.children].filter((row) => row instanceof HTMLElement)
  }

  #find(isIt: (row: HTMLElement) => boolean): HTMLElement | undefined {
    return this.#rows().find(isIt)
  }

  /** Rows are in order, so a few looks are enough. */
  #firstBelow(top: number): HTMLElement | undefined {
    const rows = this.#rows()
    let [low, high] = [0, rows.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((rows[middle]?.getBoundingClientRect().bottom ?? 0) <= top) low = middle + 1
      else high = middle
    }
    return rows.slice(low).find((row) => row.dataset.key !== undefined)
  }
}
