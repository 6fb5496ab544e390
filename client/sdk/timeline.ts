import { fold, isChange, isUncertain } from './fold.ts'
import type { ShownMessage } from './history.ts'
import type { ControlEvents } from '../../contract/events.ts'
import type { Message } from '../../contract/message.ts'

export type Gap = ControlEvents['gap']

/**
 * What a live message did: `added`, it is new; `later`, it is new, and behind the part that is shown; `changed`, another message looks
 * different; `nothing`, it was known or is not shown.
 */
export type Received = 'added' | 'later' | 'changed' | 'nothing'

/**
 * The shown part of a channel: its messages by position, each once, as history would show them now. Pages of history and messages
 * of the stream may come in any order, and overlap.
 */
export class Timeline {
  #messages: ShownMessage[] = []
  #gaps: Gap[] = []
  #complete = false
  #atEnd = true
  readonly #uncertain: (position: number) => void

  /** `uncertain`: this message has to be read again, and given to `correct`. */
  constructor(uncertain: (position: number) => void = () => undefined) {
    this.#uncertain = uncertain
  }

  get messages(): readonly ShownMessage[] {
    return this.#messages
  }

  get gaps(): readonly Gap[] {
    return this.#gaps
  }

  /** Whether the channel's first message is loaded. */
  get complete(): boolean {
    return this.#complete
  }

  /** Whether the channel's last message is loaded. If not, live messages are not shown. */
  get atEnd(): boolean {
    return this.#atEnd
  }

  /** Shows the newest page of history and drops the rest. `complete`: there are no older messages. */
  replace(messages: readonly ShownMessage[], complete: boolean): void {
    this.#messages = []
    this.#gaps = []
    this.#atEnd = true
    this.extend(messages, complete)
  }

  /** Adds a page from before the oldest message. */
  extend(messages: readonly ShownMessage[], complete: boolean): void {
    this.#complete = complete
    for (const message of messages) this.#insert(message)
  }

  /** Adds a page from behind the newest message. `atEnd`: nothing is between it and what comes live. */
  extendNewer(messages: readonly ShownMessage[], atEnd: boolean): void {
    for (const message of messages) this.#insert(message)
    this.#atEnd = atEnd
  }

  /** Takes a message of the stream, also one that changes another. */
  receive(message: Message): Received {
    const changed = this.#change(message)
    if (isChange(message)) return changed ? 'changed' : 'nothing'
    if (!this.#atEnd) return 'later'
    if (this.#insert(message)) return 'added'
    return changed ? 'changed' : 'nothing'
  }

  /** Takes a message as history shows it now. False if it is not shown here. */
  correct(message: ShownMessage): boolean {
    const at = this.#find(message.position)
    if (at === undefined) return false
    this.#messages[at] = message
    return true
  }

  miss(gap: Gap): void {
    this.#gaps.push(gap)
  }

  /** Keeps the newest `max` messages; older ones can be loaded again. */
  trim(max: number): void {
    if (this.#messages.length <= max) return
    this.#messages = this.#messages.slice(-max)
    this.#complete = false
    const oldest = this.#messages[0]?.position ?? 0
    this.#gaps = this.#gaps.filter((gap) => gap.before > oldest)
  }

  /** Keeps the oldest `max` messages; newer ones can be loaded again. */
  trimEnd(max: number): void {
    if (this.#messages.length <= max) return
    this.#messages = this.#messages.slice(0, max)
    this.#atEnd = false
    const newest = this.#messages.at(-1)?.position ?? 0
    this.#gaps = this.#gaps.filter((gap) => gap.after < newest)
  }

  #change(message: Message): boolean {
    const at = message.about && this.#find(message.about.position)
    const target = at === undefined ? undefined : this.#messages[at]
    if (at === undefined || target === undefined) return false
    if (isUncertain(target, message)) {
      this.#uncertain(target.position)
      return false
    }
    const folded = fold(target, message)
    this.#messages[at] = folded
    return folded !== target
  }

  #insert(message: ShownMessage): boolean {
    // It is nearly always the newest, so the search begins at the end.
    let at = this.#messages.length
    while (at > 0 && (this.#messages[at - 1]?.position ?? 0) > message.position) at -= 1
    if (this.#messages[at - 1]?.position === message.position) return false
    this.#messages.splice(at, 0, message)
    return true
  }

  #find(position: number): number | undefined {
    let [low, high] = [0, this.#messages.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#messages[middle]?.position ?? 0) < position) low = middle + 1
      else high = middle
    }
    return this.#messages[low]?.position === position ? low : undefined
  }
}
