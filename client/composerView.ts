import { byId } from './element.ts'

interface ComposerOptions {
  /** Returns whether it took the message; if not, the text stays in the box. */
  send: (text: string) => boolean
  /** The text has changed. */
  typed: (text: string) => void
}

/** The box for a new message. Enter sends it, Shift+Enter begins a new line. */
export class ComposerView {
  readonly #form = byId('composer', HTMLFormElement)
  readonly #text = byId('text', HTMLTextAreaElement)

  constructor({ send, typed }: ComposerOptions) {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      const text = this.#text.value.trim()
      if (text === '' || !send(text)) return
      this.#text.value = ''
      this.#grow()
      typed('')
    })
    this.#text.addEventListener('keydown', (event) => {
      // While an input method composes a word, Enter accepts that word.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
      event.preventDefault()
      this.#form.requestSubmit()
    })
    this.#text.addEventListener('input', () => {
      this.#grow()
      typed(this.#text.value)
    })
  }

  show(channel: string, draft: string): void {
    this.#text.placeholder = `Message ${channel}`
    this.#text.value = draft
    this.#grow()
  }

  focus(): void {
    this.#text.focus()
  }

  #grow(): void {
    this.#text.style.height = 'auto'
    this.#text.style.height = `${this.#text.scrollHeight}px`
  }
}
