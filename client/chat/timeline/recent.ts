import type { Message } from '../../../contract/message.ts'

const MAX_MESSAGES = 200

/** The last live messages of a channel: they close the seam between a page of history and what comes next. */
export class Recent {
  #messages: Message[] = []
  /** Everything that came behind this position is here. */
  #since: number

  constructor(since: number) {
    this.#since = since
  }

  add(message: Message): void {
    this.#messages.push(message)
    if (this.#messages.length <= MAX_MESSAGES) return
    this.#since = this.#messages.shift()?.position ?? this.#since
  }

  /** What came behind this position; undefined if some of it is gone, or it is not known yet what came. */
  after(position: number): readonly Message[] | undefined {
    if (position < this.#since) return undefined
    return this.#messages.filter((message) => message.position > position)
  }
}
