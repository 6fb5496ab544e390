import { Store } from './store.ts'
import type { Message } from '../../contract/message.ts'

/** The last live message of others. */
export class Arrivals extends Store {
  #last: Message | undefined

  get last(): Message | undefined {
    return this.#last
  }

  add(message: Message | undefined): void {
    this.#last = message
    this.changed()
  }
}
