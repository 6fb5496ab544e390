import type { Socket } from 'node:net'

/** Reads the bytes of a socket in the parts that the caller wants. Each method returns undefined if the socket ends first. */
export class Bytes {
  readonly #chunks: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(socket: Socket) {
    this.#chunks = socket.iterator({ destroyOnReturn: false })
  }

  /** The bytes up to a mark, including it. */
  async until(mark: string): Promise<Buffer | undefined> {
    let end = this.#rest.indexOf(mark)
    while (end === -1) {
      if (!(await this.#more())) return undefined
      end = this.#rest.indexOf(mark)
    }
    return this.#cut(end + mark.length)
  }

  async exactly(count: number): Promise<Buffer | undefined> {
    while (this.#rest.length < count) if (!(await this.#more())) return undefined
    return this.#cut(count)
  }

  /** The next bytes, of any number. */
  async some(): Promise<Buffer | undefined> {
    if (this.#rest.length === 0 && !(await this.#more())) return undefined
    return this.#cut(this.#rest.length)
  }

  #cut(count: number): Buffer {
    const part = this.#rest.subarray(0, count)
    this.#rest = this.#rest.subarray(count)
    return part
  }

  async #more(): Promise<boolean> {
    // A reset counts as an end.
    const next = await this.#chunks.next().catch(() => undefined)
    if (next === undefined || next.done === true) return false
    this.#rest = Buffer.concat([this.#rest, next.value])
    return true
  }
}
