import { Store } from '../store.ts'

/** An emoji and the words by which people find it. */
export interface Emoji {
  emoji: string
  /** The first is shown. */
  names: readonly string[]
  tags: readonly string[]
  category: string
}

/** The emoji by name. Their list is large, so it comes only when somebody needs it. */
class EmojiNames extends Store {
  all: readonly Emoji[] = []
  readonly #byName = new Map<string, string>()
  #loading: Promise<void> | undefined

  /** Undefined if there is none of this name, or nobody knows yet; listeners are told when it is known. */
  named(name: string): string | undefined {
    void this.load()
    return this.#byName.get(name)
  }

  load(): Promise<void> {
    this.#loading ??= this.#load()
    return this.#loading
  }

  /** At most `max`, those whose name begins so first. */
  find(text: string, max: number): Emoji[] {
    const wanted = text.toLowerCase()
    const begins = this.all.filter(({ names }) => names.some((name) => name.startsWith(wanted)))
    const other = this.all.filter(
      (each) =>
        !begins.includes(each) &&
        [...each.names, ...each.tags].some((word) => word.toLowerCase().includes(wanted)),
    )
    return [...begins, ...other].slice(0, max)
  }

  async #load(): Promise<void> {
    try {
      const { emojiList } = await import('./emojiList.ts')
      this.all = emojiList
      for (const { emoji, names } of emojiList) {
        for (const name of names) this.#byName.set(name, emoji)
      }
      this.changed()
    } catch {
      // The network may be away: whoever needs it next asks again.
      this.#loading = undefined
    }
  }
}

export const emojiNames = new EmojiNames()
