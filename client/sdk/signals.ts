import type { Causeway } from './causeway.ts'
import { postJson } from './request.ts'
import type { Sender } from '../../contract/message.ts'
import type { Signal } from '../../contract/signal.ts'

const isNothing = (body: unknown): body is undefined => body === undefined

/** Sends a signal, once: true if it is on its way. It never rejects, because a signal may be lost anywhere. */
export async function sendSignal(
  causeway: Causeway,
  channel: string,
  { type, data = null }: { type?: string; data?: unknown },
): Promise<boolean> {
  try {
    await causeway.attempt(`channels/${channel}/signals`, postJson({ type, data }), isNothing)
    return true
  } catch {
    return false
  }
}

export interface TypingOptions {
  channel: string
  /** One's own id as a sender. */
  me: string
  /** Other people type now, or do no more. */
  changed: (people: readonly Sender[]) => void
}

const TYPE = 'typing'
/** Signals of one who types are so far apart. */
const EVERY_MS = 3_000
/** Somebody types for so long after a signal: the next one may be lost. */
const FOR_MS = 7_000

/** Who types in a channel. The stream that brings its signals asks for them. */
export class Typing {
  readonly #causeway: Causeway
  readonly #options: TypingOptions
  readonly #people = new Map<string, { sender: Sender; timer: ReturnType<typeof setTimeout> }>()
  /** When the next signal is due; 0: nothing is typed here. */
  #nextAt = 0

  constructor(causeway: Causeway, options: TypingOptions) {
    this.#causeway = causeway
    this.#options = options
  }

  get people(): readonly Sender[] {
    return [...this.#people.values()].map(({ sender }) => sender)
  }

  /** Something was typed here. Call it as often as that is so. */
  keystroke(): void {
    const now = performance.now()
    if (now < this.#nextAt) return
    this.#nextAt = now + EVERY_MS
    this.#send(true)
  }

  /** The text was sent, or is empty again. */
  stop(): void {
    if (this.#nextAt === 0) return
    this.#nextAt = 0
    this.#send(false)
  }

  receive({ channel, type, sender, data }: Signal): void {
    const { channel: own, me, changed } = this.#options
    if (type !== TYPE || channel !== own || sender.id === me) return
    if (data !== true) return this.message(sender.id)
    const known = this.#people.get(sender.id)
    clearTimeout(known?.timer)
    const timer = setTimeout(() => this.message(sender.id), FOR_MS)
    this.#people.set(sender.id, { sender, timer })
    if (known === undefined) changed(this.people)
  }

  /** A message of this sender has come, so they do not type it any more. */
  message(senderId: string): void {
    const known = this.#people.get(senderId)
    if (known === undefined) return
    clearTimeout(known.timer)
    this.#people.delete(senderId)
    this.#options.changed(this.people)
  }

  close(): void {
    for (const { timer } of this.#people.values()) clearTimeout(timer)
    this.#people.clear()
  }

  #send(data: boolean): void {
    void sendSignal(this.#causeway, this.#options.channel, { type: TYPE, data })
  }
}
