import type { Causeway } from '../../sdk/causeway.ts'
import { type Hit, search } from '../../sdk/search.ts'
import { errorText } from '../labels.ts'
import { Store } from '../store.ts'

const PAGE_SIZE = 20

type SearchProgress = 'none' | 'searching' | 'done' | { failure: string }

/** A search over all channels that a person may read, newest hits first. */
export class SearchState extends Store {
  readonly #causeway: Causeway
  #asked = new AbortController()
  #found: AsyncGenerator<Hit, void, undefined> | undefined
  #q = ''
  #hits: Hit[] = []
  #more = false
  #state: SearchProgress = 'none'

  constructor(causeway: Causeway) {
    super()
    this.#causeway = causeway
  }

  get q(): string {
    return this.#q
  }

  get hits(): readonly Hit[] {
    return this.#hits
  }

  get state(): SearchProgress {
    return this.#state
  }

  /** Whether there may be more hits. */
  get more(): boolean {
    return this.#more
  }

  /** Looks for something else. */
  ask(q: string): void {
    this.#asked.abort()
    this.#asked = new AbortController()
    this.#q = q.trim()
    this.#hits = []
    this.#more = false
    this.#found = search(this.#causeway, { q: this.#q, limit: PAGE_SIZE }, this.#asked.signal)
    this.#become('none')
    if (this.#q !== '') void this.next()
  }

  /** Takes so many hits more. They are shown one by one, because rare ones take time. */
  async next(): Promise<void> {
    const { signal } = this.#asked
    const found = this.#found
    if (found === undefined || this.#state === 'searching') return
    this.#become('searching')
    try {
      for (let taken = 0; taken < PAGE_SIZE; taken += 1) {
        const { value, done } = await found.next()
        if (signal.aborted) return
        this.#more = done !== true
        if (value === undefined) break
        this.#hits = [...this.#hits, value]
        this.changed()
      }
      this.#become('done')
    } catch (error) {
      if (!signal.aborted) this.#become({ failure: errorText(error) })
    }
  }

  close(): void {
    this.#asked.abort()
  }

  #become(state: SearchProgress): void {
    this.#state = state
    this.changed()
  }
}
