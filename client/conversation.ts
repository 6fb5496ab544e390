import type { ControlEvents } from '../contract/events.ts'
import type { Message } from '../contract/message.ts'

export type Gap = ControlEvents['gap']

/** A message that this page is sending: it has no position yet. */
export interface Pending {
  /** Its idempotency key. */
  key: string
  text: string
  /** A text for people; undefined until the call fails. */
  failure: string | undefined
}

/** The shown part of a channel: messages by position, each once, from history or live, and the messages being sent. */
export class Conversation {
  readonly #me: string
  #messages: Message[] = []
  #gaps: Gap[] = []
  #pending: Pending[] = []
  /** Keys of messages that seem to have arrived on the stream before the answer to their post. */
  readonly #seen = new Set<string>()
  #complete = false

  /** `me` is the sender id of this page. */
  constructor(me: string) {
    this.#me = me
  }

  get messages(): readonly Message[] {
    return this.#messages
  }

  get gaps(): readonly Gap[] {
    return this.#gaps
  }

  /** Without those that are visible as messages already, so that no message is shown twice. */
  get pending(): readonly Pending[] {
    return this.#pending.filter(({ key }) => !this.#seen.has(key))
  }

  get sending(): number {
    return this.#pending.filter(({ failure }) => failure === undefined).length
  }

  /** Whether the channel's first message is loaded. */
  get complete(): boolean {
    return this.#complete
  }

  /** Shows the newest page of history and drops the rest, except the messages being sent. */
  replace(messages: readonly Message[], complete: boolean): void {
    this.#messages = []
    this.#gaps = []
    this.#seen.clear()
    this.#complete = complete
    for (const message of messages) this.#insert(message)
  }

  /** Adds a page from before the oldest message. */
  extend(messages: readonly Message[], complete: boolean): void {
    this.#complete = complete
    for (const message of messages) this.#insert(message)
  }

  /** Adds a live message. False if it was there already. */
  receive(message: Message): boolean {
    if (!this.#insert(message)) return false
    const sent =
      message.sender.id === this.#me &&
      this.#pending.find(({ key, text }) => !this.#seen.has(key) && text === textOf(message))
    if (sent) this.#seen.add(sent.key)
    return true
  }

  miss(gap: Gap): void {
    this.#gaps.push(gap)
  }

  send(key: string, text: string): void {
    this.#pending.push({ key, text, failure: undefined })
  }

  settle(key: string, message: Message): void {
    this.discard(key)
    this.#insert(message)
  }

  fail(key: string, failure: string): void {
    this.#seen.delete(key)
    this.#change(key, failure)
  }

  retry(key: string): void {
    this.#change(key, undefined)
  }

  discard(key: string): void {
    this.#seen.delete(key)
    this.#pending = this.#pending.filter((pending) => pending.key !== key)
  }

  /** Keeps the newest `max` messages; older ones can be loaded again. */
  trim(max: number): void {
    if (this.#messages.length <= max) return
    this.#messages = this.#messages.slice(-max)
    this.#complete = false
    const oldest = this.#messages[0]?.position ?? 0
    this.#gaps = this.#gaps.filter((gap) => gap.before > oldest)
  }

  #change(key: string, failure: string | undefined): void {
    this.#pending = this.#pending.map((pending) =>
      pending.key === key ? { ...pending, failure } : pending,
    )
  }

  #insert(message: Message): boolean {
    // It is nearly always the newest, so the search begins at the end.
    let at = this.#messages.length
    while (at > 0 && (this.#messages[at - 1]?.position ?? 0) > message.position) at -= 1
    if (this.#messages[at - 1]?.position === message.position) return false
    this.#messages.splice(at, 0, message)
    return true
  }
}

/** The text of a message, or undefined if its data has another form. */
export function textOf({ data }: Message): string | undefined {
  if (typeof data !== 'object' || data === null || !('text' in data)) return undefined
  return typeof data.text === 'string' ? data.text : undefined
}
