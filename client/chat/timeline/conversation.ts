import { fold, isChange } from '../../sdk/fold.ts'
import type { Unsent } from '../../sdk/outboxStorage.ts'
import { type Received, Timeline } from '../../sdk/timeline.ts'
import type { ShownMessage } from '../../sdk/history.ts'
import { failureText } from '../labels.ts'
import type { Message } from '../../../contract/message.ts'

/** A message that this page is sending: it has no position yet. */
export interface Pending {
  /** Its idempotency key. */
  key: string
  text: string
  /** The position of the message that it is a reply to. */
  replyTo?: number
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

  /** The messages with the changes that are on their way: a person sees at once what they did. */
  get shown(): readonly ShownMessage[] {
    const changes = this.#unsent().filter(({ about }) => about && about.as !== 'reply')
    if (changes.length === 0) return this.messages
    return this.messages.map((message) =>
      changes
        .filter(({ about }) => about?.position === message.position)
        .reduce((shown, change) => fold(shown, this.#asMessage(change)), message),
    )
  }

  /** Without those that are visible as messages already, so that no message is shown twice. */
  get pending(): readonly Pending[] {
    return this.#posts()
      .filter(({ key, failure }) => failure !== undefined || !this.#seen.has(key))
      .map(({ key, data, about, failure }) => ({
        key,
        text: textOf({ data }) ?? '',
        ...(about !== undefined && { replyTo: about.position }),
        failure: failure === undefined ? undefined : failureText(failure),
      }))
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
    if (isChange(message)) super.receive(message)
    else if (this.atEnd) this.extend([message], this.complete)
  }

  /** A message was not sent after all, although another one was taken for it. */
  fail(key: string): void {
    this.#seen.delete(key)
  }

  #posts(): Unsent[] {
    return this.#unsent().filter(({ about }) => about === undefined || about.as === 'reply')
  }

  #see(text: string | undefined): void {
    const sent = this.#posts().find(
      ({ key, data }) => !this.#seen.has(key) && text !== undefined && textOf({ data }) === text,
    )
    if (sent !== undefined) this.#seen.add(sent.key)
  }

  /** As it will come back. It counts as newer than everything. */
  #asMessage({ key, channel, data, about, at }: Unsent): Message {
    return {
      position: Number.MAX_SAFE_INTEGER,
      previous: 0,
      id: key,
      channel,
      type: 'message',
      sender: { id: this.#me, name: '' },
      data,
      sentAt: new Date(at).toISOString(),
      ...(about && { about }),
    }
  }
}

/** The text of a message, or undefined if its data has another form. */
export function textOf({ data }: Pick<Message, 'data'>): string | undefined {
  if (typeof data !== 'object' || data === null || !('text' in data)) return undefined
  return typeof data.text === 'string' ? data.text : undefined
}
