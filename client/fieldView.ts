import { byId } from './element.ts'

/** A one-line field in the header. Enter or leaving the field takes the text, Escape restores the old one. */
export class FieldView {
  readonly #input: HTMLInputElement
  #value = ''

  constructor(id: string, take: (text: string) => void) {
    this.#input = byId(id, HTMLInputElement)
    this.#input.addEventListener('change', () => {
      if (this.#input.value !== this.#value) take(this.#input.value)
    })
    this.#input.addEventListener('focus', () => this.#input.select())
    this.#input.addEventListener('keydown', ({ key, isComposing }) => {
      if (isComposing) return
      if (key === 'Escape') this.#input.value = this.#value
      if (key === 'Escape' || key === 'Enter') this.#input.blur()
    })
  }

  show(value: string): void {
    this.#value = value
    this.#input.value = value
  }
}
