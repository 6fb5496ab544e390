import { Socket } from 'node:net'

interface Chunk {
  chunk: string | Buffer
}

/** A socket without a network. It keeps everything that was written, and its reader can stop reading. */
export class TestSocket extends Socket {
  /** The text that the reader took. */
  text = ''
  /** The number of writes. */
  writes = 0
  wasReset = false
  #isStalled = false
  #takenBytes = 0
  #held: (() => void) | undefined

  constructor() {
    super()
    Object.defineProperty(this, 'bytesWritten', {
      get: () => this.#takenBytes + this.writableLength,
    })
  }

  /** From now on the reader takes nothing. */
  stall(): void {
    this.#isStalled = true
  }

  /** The reader takes one waiting write. */
  sip(): void {
    const held = this.#held
    this.#held = undefined
    held?.()
  }

  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    this.#take([chunk], done)
  }

  override _writev(chunks: Chunk[], done: () => void): void {
    this.#take(
      chunks.map(({ chunk }) => chunk),
      done,
    )
  }

  override _read(): void {}

  override _final(done: () => void): void {
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    done(error)
    process.nextTick(() => this.emit('close', error !== null))
  }

  override resetAndDestroy(): this {
    this.wasReset = true
    return this.destroy()
  }

  #take(chunks: (string | Buffer)[], done: () => void): void {
    const take = (): void => {
      this.writes++
      for (const chunk of chunks) {
        this.text += chunk.toString()
        this.#takenBytes += Buffer.byteLength(chunk)
      }
      done()
    }
    if (this.#isStalled) this.#held = take
    else take()
  }
}

/** Lets tasks at the end of this turn run, and the events of sockets. */
export function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(() => setImmediate(resolve)))
}
