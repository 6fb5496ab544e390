import type { Connection } from './connection.ts'
import { byId } from './element.ts'
import { connectionLabel, countdownLabel } from './labels.ts'

/** The state of the connection, as text and colour. The countdown is an element of its own, so that it is not read aloud. */
export class ConnectionView {
  readonly #root = byId('connection', HTMLElement)
  readonly #words = byId('connection-label', HTMLElement)
  readonly #countdown = byId('connection-countdown', HTMLElement)
  #connection: Connection = { is: 'connecting' }

  constructor() {
    setInterval(() => this.#count(), 500)
  }

  show(connection: Connection): void {
    this.#connection = connection
    this.#root.dataset.state = connection.is
    const words = connectionLabel(connection)
    if (this.#words.textContent !== words) this.#words.textContent = words
    this.#root.title = words
    this.#count()
  }

  #count(): void {
    const words = countdownLabel(this.#connection, Date.now())
    if (this.#countdown.textContent !== words) this.#countdown.textContent = words
  }
}
