import { isObject, parseJson } from './typeGuards.ts'
import type { About } from '../../contract/about.ts'
import { isProblemType, type ProblemType } from '../../contract/problem.ts'

/** Where unsent messages are kept: `localStorage` is one. */
export interface KeyValueStorage {
  readonly length: number
  key: (index: number) => string | null
  getItem: (key: string) => string | null
  setItem: (key: string, value: string) => void
  removeItem: (key: string) => void
}

/** A message whose storing nobody has confirmed. */
export interface Unsent {
  /** Its idempotency key. */
  key: string
  channel: string
  data: unknown
  type?: string
  about?: About
  /** Why it was refused; without it, it is being sent. */
  failure?: ProblemType
  /** When it was written, in milliseconds since 1970. */
  at: number
  /** Whether it was posted: then it may be stored already. */
  tried?: boolean
}

/** An unsent message, its place in the order of all, and the tab that sends it. */
export interface StoredUnsent extends Unsent {
  order: number
  tab: string
}

/**
 * Keeps unsent messages, each as an item, so that tabs that share a storage do not write over each other. A storage that is denied or full
 * keeps nothing: then messages last as long as the page.
 */
export class OutboxStorage {
  readonly #storage: KeyValueStorage | undefined
  readonly #prefix: string

  /** `name`: whose messages; others never see them. */
  constructor(storage: KeyValueStorage | undefined, name: string) {
    this.#storage = storage
    this.#prefix = `causeway.outbox.${encodeURIComponent(name)}.`
  }

  /** Those of all tabs, in their order. */
  all(): StoredUnsent[] {
    const found: StoredUnsent[] = []
    try {
      for (const item of this.#items()) {
        const value = parseJson(this.#storage?.getItem(item) ?? '')
        if (isStoredUnsent(value)) found.push(value)
      }
    } catch {
      // Storage is denied.
    }
    return found.sort((a, b) => a.order - b.order)
  }

  /** Adds a message, or changes it. */
  put(unsent: StoredUnsent): void {
    try {
      this.#storage?.setItem(this.#prefix + unsent.key, JSON.stringify(unsent))
    } catch {
      // Storage is denied or full.
    }
  }

  remove(key: string): void {
    try {
      this.#storage?.removeItem(this.#prefix + key)
    } catch {
      // Storage is denied.
    }
  }

  #items(): string[] {
    const { length = 0 } = this.#storage ?? {}
    const names = Array.from({ length }, (_, index) => this.#storage?.key(index) ?? '')
    return names.filter((name) => name.startsWith(this.#prefix))
  }
}

/** Only this code writes there, but an older version of it may have. */
function isStoredUnsent(value: unknown): value is StoredUnsent {
  if (!isObject(value)) return false
  const { key, channel, tab, order, at, failure, about } = value
  return (
    [key, channel, tab].every((text) => typeof text === 'string') &&
    [order, at].every((number) => Number.isFinite(number)) &&
    (failure === undefined || (typeof failure === 'string' && isProblemType(failure))) &&
    (about === undefined || isObject(about))
  )
}
