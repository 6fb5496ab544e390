import type { Writable } from 'node:stream'

interface Waiting {
  bytes: number
  text: string | undefined
}

/** What is taken and not answered yet: several of the appender's batches have room in it, and one large message. */
const MAX_COUNT = 1_024
const MAX_BYTES = 262_144

/**
 * Writes answers in the order of their questions as soon as they are there, whatever order they come in. What waits is bounded:
 * whoever asks waits for room, and there is none while the reader takes no answers.
 */
export class OrderedAnswers {
  readonly #sink: Writable
  readonly #waiting: Waiting[] = []
  #bytes = 0
  #isScheduled = false
  #isBlocked = false
  #changed: () => void = () => {}

  constructor(sink: Writable) {
    this.#sink = sink
    sink.on('drain', () => {
      this.#isBlocked = false
      this.#write()
    })
    sink.on('close', () => this.#changed())
  }

  get isFull(): boolean {
    return this.#waiting.length >= MAX_COUNT || this.#bytes >= MAX_BYTES
  }

  /** Takes a question of so many bytes. Its answer becomes a line, and must not reject. */
  add(bytes: number, answer: Promise<string>): void {
    const waiting: Waiting = { bytes, text: undefined }
    this.#waiting.push(waiting)
    this.#bytes += bytes
    void this.#settle(waiting, answer)
  }

  /** Resolves when there is room again, or the reader has gone. */
  async room(): Promise<void> {
    while (this.isFull && !this.#sink.closed) await this.#change()
  }

  /** Resolves when all answers are written, or the reader has gone. */
  async finish(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#sink.closed) await this.#change()
  }

  #change(): Promise<void> {
    return new Promise((resolve) => (this.#changed = resolve))
  }

  /** All answers of a batch come in the same moment, and are written together. */
  async #settle(waiting: Waiting, answer: Promise<string>): Promise<void> {
    waiting.text = await answer
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#write()
    })
  }

  #write(): void {
    if (this.#isBlocked || this.#sink.closed) return
    const open = this.#waiting.findIndex(({ text }) => text === undefined)
    const done = this.#waiting.splice(0, open < 0 ? this.#waiting.length : open)
    if (done.length === 0) return
    for (const { bytes } of done) this.#bytes -= bytes
    this.#isBlocked = !this.#sink.write(`${done.map(({ text }) => text).join('\n')}\n`)
    this.#changed()
  }
}
