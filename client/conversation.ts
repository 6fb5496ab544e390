import type { ControlEvents } from '../contract/events.ts'
import type { Message } from '../contract/message.ts'

export type Gap = ControlEvents['gap']

/** A message of this page that has no position yet. */
export interface Pending {
  /** Its idempotency key. */
  key: string
  text: string
  /** In words for people; undefined while the answer is awaited. */
  failure: string | undefined
}

/** What is shown of a channel: messages by position, each once, whichever way it came, and what this page is sending. */
export class Conversation {
  readonly #me: string
  #messages: Message[] = []
  #gaps: Gap[] = []
  #pending: Pending[] = []
  /** Keys whose message seems to have arrived on the stream before the answer to its post did, and its position. */
  readonly #seen = new Map<string, number>()
  #complete = false

  /** `me` is the sender id of this page's own messages. */
  constructor(me: string) {
    this.#me = me
  }

  get messages(): readonly Message[] {
    return this.#messages
  }

  get gaps(): readonly Gap[] {
    return this.#gaps
  }

  /** Without those that are visible as messages already, so that nothing flashes up twice. */
  get pending(): readonly Pending[] {
    return this.#pending.filter(({ key }) => !this.#seen.has(key))
  }

  get sending(): number {
    return this.#pending.filter(({ failure }) => failure === undefined).length
  }

  /** Whether the channel's first message is here. */
  get complete(): boolean {
    return this.#complete
  }

  /** The newest page of history, in place of everything but what is being sent. */
  replace(messages: readonly Message[], complete: boolean): void {
    this.#messages = []
    this.#gaps = []
    this.#seen.clear()
    this.#complete = complete
    for (const message of messages) this.#insert(message)
  }

  /** A page before the oldest message. */
  extend(messages: readonly Message[], complete: boolean): void {
    this.#complete = complete
    for (const message of messages) this.#insert(message)
  }

  /** A live message. False where it was here already. */
  receive(message: Message): boolean {
    if (!this.#insert(message)) return false
    const sent =
      message.sender.id === this.#me &&
      this.#pending.find(({ key, text }) => !this.#seen.has(key) && text === textOf(message))
    if (sent) this.#seen.set(sent.key, message.position)
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

  /** Forgets the oldest messages beyond `most`; they can be loaded again. */
  trim(most: number): void {
    if (this.#messages.length <= most) return
    this.#messages = this.#messages.slice(-most)
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
    // Nearly always the newest, so look from the end.
    let at = this.#messages.length
    while (at > 0 && (this.#messages[at - 1]?.position ?? 0) > message.position) at -= 1
    if (this.#messages[at - 1]?.position === message.position) return false
    this.#messages.splice(at, 0, message)
    return true
  }
}

/** What a message says, or undefined where it is not a text but any other JSON. */
export function textOf({ data }: Message): string | undefined {
  if (typeof data !== 'object' || data === null || !('text' in data)) return undefined
  return typeof data.text === 'string' ? data.text : undefined
}
