import { isObject, parseJson } from '../../sdk/typeGuards.ts'

type DraftStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/**
 * What one sender has begun to write in this tab, by channel. It outlives a reload, and a sign-in at a provider, which leads away from the
 * page. If the browser denies storage, it lasts as long as the page.
 */
export class Drafts {
  readonly #storage: DraftStorage | undefined
  readonly #item: string
  #texts: Record<string, string>

  /** `sender`: the sender's id. Another sender's drafts are never shown. */
  constructor(storage: DraftStorage | undefined, sender: string) {
    this.#storage = storage
    this.#item = `causeway.drafts.${sender}`
    this.#texts = this.#read()
  }

  get(channel: string): string {
    // A channel may be called `constructor`.
    return Object.hasOwn(this.#texts, channel) ? (this.#texts[channel] ?? '') : ''
  }

  set(channel: string, text: string): void {
    const { [channel]: _old, ...others } = this.#texts
    this.#keep(text === '' ? others : { ...others, [channel]: text })
  }

  /** Forgets all: the sender has signed out, and others may use this browser. */
  clear(): void {
    this.#keep({})
  }

  #keep(texts: Record<string, string>): void {
    this.#texts = texts
    try {
      if (Object.keys(texts).length === 0) this.#storage?.removeItem(this.#item)
      else this.#storage?.setItem(this.#item, JSON.stringify(texts))
    } catch {
      // Storage is denied or full: what is in memory lasts as long as the page.
    }
  }

  #read(): Record<string, string> {
    try {
      const texts = parseJson(this.#storage?.getItem(this.#item) ?? '')
      if (isTexts(texts)) return texts
    } catch {
      // Storage is denied.
    }
    return {}
  }
}

/** Only this page writes there, but an older version of it may have. */
function isTexts(value: unknown): value is Record<string, string> {
  return isObject(value) && Object.values(value).every((text) => typeof text === 'string')
}
