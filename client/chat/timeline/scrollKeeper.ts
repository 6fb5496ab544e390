/** So near to the end counts as the end: less than a line, more than rounding. */
const NEAR_END_PX = 24

/** So near to an edge more messages are loaded, so that they are there before the reader is. */
const NEAR_EDGE_PX = 400

/** A row and where it was on the screen. */
export interface Anchor {
  row: HTMLElement
  top: number
}

/** Keeps the reader's place while rows come and go above and below it. */
export class ScrollKeeper {
  readonly #scroller: HTMLElement
  readonly #list: HTMLElement
  /** Browsers scroll by whole pixels: what was left over counts at the next time, so that slices do not add it up. */
  #rest = 0

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
    return row && { row, top: row.getBoundingClientRect().top }
  }

  /** Puts a row back to where it was, if it is still there. */
  restore({ row, top }: Anchor): void {
    if (!row.isConnected) return
    const before = this.#scroller.scrollTop
    const wanted = row.getBoundingClientRect().top - top + this.#rest
    this.#scroller.scrollTop = before + wanted
    const rest = wanted - (this.#scroller.scrollTop - before)
    this.#rest = Math.abs(rest) < 1 ? rest : 0
  }

  toEnd(): void {
    this.#scroller.scrollTop = this.#scroller.scrollHeight
  }

  /** The row of a position, or of the first one behind it. */
  rowAt(position: number): HTMLElement | undefined {
    return this.#rows().find(({ dataset }) => Number(dataset.position ?? 0) >= position)
  }

  /** The position of the last message that can be seen; 0 if there is none. */
  lastSeen(): number {
    const { bottom } = this.#scroller.getBoundingClientRect()
    const rows = this.#rows()
    const below = firstIn(rows, (row) => row.getBoundingClientRect().top >= bottom)
    const seen = rows.slice(0, below).findLast(({ dataset }) => dataset.position !== undefined)
    return Number(seen?.dataset.position ?? 0)
  }

  get #left(): number {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller
    return scrollHeight - scrollTop - clientHeight
  }

  #rows(): HTMLElement[] {
    return [...this.#list.children].filter((row) => row instanceof HTMLElement)
  }

  #firstBelow(top: number): HTMLElement | undefined {
    const rows = this.#rows()
    const below = firstIn(rows, (row) => row.getBoundingClientRect().bottom > top)
    return rows.slice(below).find((row) => row.dataset.key !== undefined)
  }
}

/** The index of the first row for which it is true; it is for all behind it. Rows are in order, so a few looks are enough. */
function firstIn(rows: readonly HTMLElement[], isIt: (row: HTMLElement) => boolean): number {
  let [low, high] = [0, rows.length]
  for (let middle = high >> 1; low < high; middle = (low + high) >> 1) {
    const row = rows[middle]
    if (row !== undefined && isIt(row)) high = middle
    else low = middle + 1
  }
  return low
}
