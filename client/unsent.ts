import { isObject, parseJson } from './sdk/typeGuards.ts'

/** A message that was never confirmed. `failure`: why it was refused, for people; without it, nobody knows yet. */
export interface UnsentMessage {
  channel: string
  /** Its idempotency key. */
  key: string
  text: string
  failure?: string
}

interface Kept {
  drafts: Record<string, string>
  messages: UnsentMessage[]
}

/**
 * What one sender has written in this tab and nobody has confirmed. It outlives a reload, and a sign-in at a provider, which leads
 * away from the page. If the browser denies storage, it lasts as long as the page.
 */
export class Unsent {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined
  readonly #item: string
  #kept: Kept

  /** `sender`: the sender's id. Another sender's messages are never shown, nor sent. */
  constructor(
    storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined,
    sender: string,
  ) {
    this.#storage = storage
    this.#item = `causeway.unsent.${sender}`
    this.#kept = this.#read()
  }

  draft(channel: string): string {
    const { drafts } = this.#kept
    // A channel may be called `constructor`.
    return Object.hasOwn(drafts, channel) ? (drafts[channel] ?? '') : ''
  }

  setDraft(channel: string, text: string): void {
    const { [channel]: _old, ...others } = this.#kept.drafts
    this.#keep({ drafts: text === '' ? others : { ...others, [channel]: text } })
  }

  messages(channel: string): UnsentMessage[] {
    return this.#kept.messages.filter((message) => message.channel === channel)
  }

  add(message: UnsentMessage): void {
    this.#keep({ messages: [...this.#kept.messages, message] })
  }

  /** Notes why a message was refused, or, with undefined, that it is tried again. */
  settle(key: string, failure: string | undefined): void {
    const messages = this.#kept.messages.map((message) => {
      if (message.key !== key) return message
      const { channel, text } = message
      return { channel, key, text, ...(failure === undefined ? {} : { failure }) }
    })
    this.#keep({ messages })
  }

  remove(key: string): void {
    this.#keep({ messages: this.#kept.messages.filter((message) => message.key !== key) })
  }

  /** Forgets all: the sender has signed out, and others may use this browser. */
  clear(): void {
    this.#keep({ drafts: {}, messages: [] })
  }

  #keep(changed: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...changed }
    const { drafts, messages } = this.#kept
    try {
      if (messages.length === 0 && Object.keys(drafts).length === 0) {
        this.#storage?.removeItem(this.#item)
      } else this.#storage?.setItem(this.#item, JSON.stringify(this.#kept))
    } catch {
      // Storage is denied or full: what is in memory lasts as long as the page.
    }
  }

  #read(): Kept {
    try {
      const kept = parseJson(this.#storage?.getItem(this.#item) ?? '')
      if (isKept(kept)) return kept
    } catch {
      // Storage is denied.
    }
    return { drafts: {}, messages: [] }
  }
}

/** Only this page writes there, but an older version of it may have. */
function isKept(value: unknown): value is Kept {
  if (!isObject(value) || !isObject(value.drafts) || !Array.isArray(value.messages)) return false
  return (
    Object.values(value.drafts).every((text) => typeof text === 'string') &&
    value.messages.every(
      (each) =>
        isObject(each) &&
        [each.channel, each.key, each.text].every((text) => typeof text === 'string'),
    )
  )
}
