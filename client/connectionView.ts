import type { Connection } from './sdk/connection.ts'
import { byId } from './element.ts'
import { connectionLabel, connectionReason, countdownLabel } from './labels.ts'

/** The state of the connection, as text and colour. The countdown is an element of its own, so that it is not read aloud. */
export class ConnectionView {
  readonly #root = byId('connection', HTMLElement)
  readonly #words = byId('connection-label', HTMLElement)
  readonly #countdown = byId('connection-countdown', HTMLElement)
  /** On the clock that nobody sets. */
  #retryAt = 0

  constructor() {
    setInterval(() => this.#count(), 500)
  }

  show(connection: Connection): void {
    const { retryInMs } = { retryInMs: 0, ...connection }
    this.#retryAt = performance.now() + retryInMs
    this.#root.dataset.state = connection.is
    const words = connectionLabel(connection)
    if (this.#words.textContent !== words) this.#words.textContent = words
    this.#root.title = [words, connectionReason(connection)].filter(Boolean).join('. ')
    this.#count()
  }

  #count(): void {
    const words = countdownLabel(this.#retryAt - performance.now())
    if (this.#countdown.textContent !== words) this.#countdown.textContent = words
  }
}
