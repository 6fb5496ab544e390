import type { Unsent } from './sdk/outboxStorage.ts'
import { type Received, Timeline } from './sdk/timeline.ts'
import type { ShownMessage } from './sdk/history.ts'
import { failureText } from './labels.ts'
import type { Message } from '../contract/message.ts'

/** A message that this page is sending: it has no position yet. */
export interface Pending {
  /** Its idempotency key. */
  key: string
  text: string
  /** A text for people; undefined until the call fails. */
  failure: string | undefined
}

/** The shown part of a channel: its messages, from history or live, and the messages being sent. */
export class Conversation extends Timeline {
  readonly #me: string
  readonly #unsent: () => readonly Unsent[]
  /** Keys of messages that seem to have arrived on the stream before the answer to their post. */
  readonly #seen = new Set<string>()

  /** `me` is the sender id of this page, `unsent` what it has not sent yet, `uncertain` as for a timeline. */
  constructor(me: string, unsent: () => readonly Unsent[], uncertain?: (position: number) => void) {
    super(uncertain)
    this.#me = me
    this.#unsent = unsent
  }

  /** Without those that are visible as messages already, so that no message is shown twice. */
  get pending(): readonly Pending[] {
    return this.#unsent()
      .filter(({ key, failure }) => failure !== undefined || !this.#seen.has(key))
      .map(({ key, data, failure }) => ({
        key,
        text: textOf({ data }) ?? '',
        failure: failure === undefined ? undefined : failureText(failure),
      }))
  }

  get sending(): number {
    return this.#unsent().filter(({ failure }) => failure === undefined).length
  }

  override replace(messages: readonly ShownMessage[], complete: boolean): void {
    this.#seen.clear()
    super.replace(messages, complete)
  }

  override receive(message: Message): Received {
    const received = super.receive(message)
    if (received === 'added' && message.sender.id === this.#me) this.#see(textOf(message))
    return received
  }

  /** Takes the answer to a post, whose message may be on the stream before or after it. */
  settle(key: string, message: Message): void {
    this.#seen.delete(key)
    this.extend([message], this.complete)
  }

  /** A message was not sent after all, although another one was taken for it. */
  fail(key: string): void {
    this.#seen.delete(key)
  }

  #see(text: string | undefined): void {
    const sent = this.#unsent().find(
      ({ key, data }) => !this.#seen.has(key) && text !== undefined && textOf({ data }) === text,
    )
    if (sent !== undefined) this.#seen.add(sent.key)
  }
}

/** The text of a message, or undefined if its data has another form. */
export function textOf({ data }: Pick<Message, 'data'>): string | undefined {
  if (typeof data !== 'object' || data === null || !('text' in data)) return undefined
  return typeof data.text === 'string' ? data.text : undefined
}
