import type { OutboxStorage, StoredUnsent, Unsent } from './outboxStorage.ts'
import { randomId } from './randomId.ts'

/** Too many messages wait already. */
export class OutboxFull extends Error {
  constructor() {
    super('Too many messages wait to be sent')
    this.name = 'OutboxFull'
  }
}

/** The bounds of what waits. A browser's storage takes five million characters. */
const MAX_MESSAGES = 200
const MAX_CHARACTERS = 1_000_000

/** The unsent messages of one tab, in the order in which they were written, and their copies in the storage. */
export class OutboxQueue {
  readonly #storage: OutboxStorage
  readonly #tab: string
  #queue: StoredUnsent[] = []

  constructor(storage: OutboxStorage, tab: string) {
    this.#storage = storage
    this.#tab = tab
    this.adopt([tab])
  }

  get all(): readonly StoredUnsent[] {
    return this.#queue
  }

  /** The other tabs that have messages in the storage. */
  otherTabs(): string[] {
    const tabs = new Set(this.#storage.all().map(({ tab }) => tab))
    tabs.delete(this.#tab)
    return [...tabs]
  }

  /** Takes over what these tabs left. True if there was something. */
  adopt(tabs: readonly string[]): boolean {
    const left = this.#storage.all().filter(({ tab }) => tabs.includes(tab))
    const adopted = left.map((each) => ({ ...each, tab: this.#tab }))
    for (const each of adopted) this.#storage.put(each)
    this.#queue = [...this.#queue, ...adopted].sort((a, b) => a.order - b.order)
    return adopted.length > 0
  }

  /** `data` is any JSON, and is copied. Throws `OutboxFull`. */
  add(channel: string, data: unknown, { type, about }: Pick<Unsent, 'type' | 'about'>): Unsent {
    const copy: unknown = JSON.parse(JSON.stringify(data ?? null))
    const orders = [...this.#storage.all(), ...this.#queue].map(({ order }) => order)
    const unsent: StoredUnsent = {
      key: randomId(),
      channel,
      data: copy,
      ...(type !== undefined && { type }),
      ...(about && { about }),
      at: Date.now(),
      order: 1 + Math.max(0, ...orders),
      tab: this.#tab,
    }
    const characters = JSON.stringify([...this.#queue, unsent]).length
    if (this.#queue.length >= MAX_MESSAGES || characters > MAX_CHARACTERS) throw new OutboxFull()
    this.#queue.push(unsent)
    this.#storage.put(unsent)
    return unsent
  }

  find(key: string): StoredUnsent | undefined {
    return this.#queue.find((each) => each.key === key)
  }

  /** The first of a channel that was not refused. */
  next(channel: string): StoredUnsent | undefined {
    return this.#queue.find((each) => each.channel === channel && each.failure === undefined)
  }

  /** Puts a message in the place of the one with its key. A discarded one does not come back. */
  change(unsent: StoredUnsent): void {
    if (this.find(unsent.key) === undefined) return
    this.#queue = this.#queue.map((each) => (each.key === unsent.key ? unsent : each))
    this.#storage.put(unsent)
  }

  /** True if it was there. */
  remove(key: string): boolean {
    const found = this.find(key) !== undefined
    this.#queue = this.#queue.filter((each) => each.key !== key)
    if (found) this.#storage.remove(key)
    return found
  }

  /** Forgets all, of all tabs. */
  clear(): void {
    for (const { key } of this.#storage.all()) this.#storage.remove(key)
    this.#queue = []
  }
}
