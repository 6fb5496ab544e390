import type { Connection } from './connection.ts'
import { byId } from './element.ts'
import { connectionWords, countdownWords } from './words.ts'

/** The state of the connection in words and colour. The countdown is beside the words and not read aloud each second. */
export class ConnectionView {
  readonly #root = byId('connection', HTMLElement)
  readonly #words = byId('connection-words', HTMLElement)
  readonly #countdown = byId('connection-countdown', HTMLElement)
  #connection: Connection = { is: 'connecting' }

  constructor() {
    setInterval(() => this.#count(), 500)
  }

  show(connection: Connection): void {
    this.#connection = connection
    this.#root.dataset.state = connection.is
    const words = connectionWords(connection)
    if (this.#words.textContent !== words) this.#words.textContent = words
    this.#root.title = words
    this.#count()
  }

  #count(): void {
    const words = countdownWords(this.#connection, Date.now())
    if (this.#countdown.textContent !== words) this.#countdown.textContent = words
  }
}
