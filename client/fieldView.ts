import { byId } from './element.ts'

/** A one-line field in the header that is taken when it is left or Enter is pressed, and given up with Escape. */
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
