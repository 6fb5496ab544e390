import { type Mistake, Problem } from './problem.ts'

/** Strict, because an answer that ignores a misspelt parameter looks right and is wrong. `check` throws all mistakes. */
export class Query {
  readonly #given: URLSearchParams
  readonly #mistakes: Mistake[] = []

  /** `search`: the query without its question mark. `names`: all parameters; `repeatable`: those that may come several times. */
  constructor(search: string, names: readonly string[], repeatable: readonly string[] = []) {
    this.#given = new URLSearchParams(search)
    for (const name of new Set(this.#given.keys())) {
      // An unknown name is not repeated in the answer: it may be as long as a URL.
      if (!names.includes(name)) this.mistake('', `unknown parameter; allowed: ${names.join(', ')}`)
      else if (!repeatable.includes(name) && this.all(name).length > 1)
        this.mistake(name, 'given more than once')
    }
  }

  /** All values of a parameter. */
  all(name: string): string[] {
    return this.#given.getAll(name)
  }

  /** The value of a parameter; undefined if it is not given, or if `parse` refuses it. */
  one<T>(name: string, parse: (text: string) => T | undefined, expected: string): T | undefined {
    const text = this.#given.get(name)
    if (text === null) return undefined
    const value = parse(text)
    if (value === undefined) this.mistake(name, `expected ${expected}`)
    return value
  }

  /** `name` is empty for a mistake of the whole query. */
  mistake(name: string, detail: string): void {
    this.#mistakes.push({ pointer: name === '' ? '#' : `#/${name}`, detail })
  }

  /** Throws `invalid-parameter` if there was any mistake. */
  check(): void {
    if (this.#mistakes.length > 0)
      throw new Problem('invalid-parameter', undefined, { errors: this.#mistakes })
  }
}
