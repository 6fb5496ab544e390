import { escapeLineEnds } from '../../contract/messageEvent.ts'
import type { Listener } from '../presence/attended.ts'

interface SignalFanoutOptions {
  now: () => number
  onSent: () => void
  /** A stream does not get a signal, or none does any more. */
  onDropped: (reason: 'slow' | 'late') => void
}

interface Waiting {
  text: string
  since: number
  rest: Iterator<Listener>
}

/** Signals whose streams wait for their turn; beyond it new ones are dropped. Each has some kilobytes at most. */
const MOST_WAITING = 500
/** A signal that waits for longer is dropped for the streams that are left. */
const LATE_MS = 2_000

/** Gives signals to the streams that asked for them, a bounded number of writes at a time. What is too much is dropped. */
export class SignalFanout {
  readonly #options: SignalFanoutOptions
  readonly #channels = new Map<string, Set<Listener>>()
  readonly #waiting: Waiting[] = []

  constructor(options: SignalFanoutOptions) {
    this.#options = options
  }

  /** Whether it is the first of its channel. */
  join(channel: string, listener: Listener): boolean {
    const listeners = this.#channels.get(channel)
    if (listeners === undefined) this.#channels.set(channel, new Set([listener]))
    else listeners.add(listener)
    return listeners === undefined
  }

  /** Whether it was the last of its channel. */
  leave(channel: string, listener: Listener): boolean {
    const listeners = this.#channels.get(channel)
    if (listeners?.delete(listener) !== true || listeners.size > 0) return false
    this.#channels.delete(channel)
    return true
  }

  /** `json` is one line. `tell` sends it. */
  add(channel: string, json: string): void {
    const listeners = this.#channels.get(channel)
    if (listeners === undefined) return
    if (this.#waiting.length >= MOST_WAITING) return this.#options.onDropped('late')
    const text = `event:signal\ndata:${escapeLineEnds(json)}\n\n`
    this.#waiting.push({ text, since: this.#options.now(), rest: listeners.values() })
  }

  /** Writes to as many streams as `budget` says; returns what is left of it. */
  tell(budget: number): number {
    const { now, onSent, onDropped } = this.#options
    let left = budget
    while (left > 0) {
      const [first] = this.#waiting
      if (first === undefined) break
      const { value, done } = first.rest.next()
      if (done === true) this.#waiting.shift()
      else if (now() - first.since > LATE_MS) {
        this.#waiting.shift()
        onDropped('late')
      } else {
        left--
        if (value.tell(first.text)) onSent()
        else onDropped('slow')
      }
    }
    return left
  }
}
