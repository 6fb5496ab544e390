import type { Api } from './api.ts'
import type { Message } from '../contract/message.ts'

interface OutboxHandlers {
  sent: (key: string, message: Message) => void
  failed: (key: string, error: unknown) => void
}

/** Sends one message after another, so that they are stored in the order in which they were written. */
export class Outbox {
  readonly #api: Pick<Api, 'post'>
  readonly #channel: string
  readonly #handlers: OutboxHandlers
  #last: Promise<void> = Promise.resolve()

  constructor(api: Pick<Api, 'post'>, channel: string, handlers: OutboxHandlers) {
    this.#api = api
    this.#channel = channel
    this.#handlers = handlers
  }

  /** `key` is the idempotency key. To retry a failed message, put it again with the same key. */
  put(key: string, text: string): void {
    this.#last = this.#last.then(() => this.#send(key, text))
  }

  async #send(key: string, text: string): Promise<void> {
    try {
      const message = await this.#api.post(this.#channel, { text }, key)
      this.#handlers.sent(key, message)
    } catch (error) {
      this.#handlers.failed(key, error)
    }
  }
}
