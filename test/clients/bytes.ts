import type { Socket } from 'node:net'

/** What a socket brings, in the parts that its reader asks for. Each gives undefined if the socket ends before. */
export class Bytes {
  readonly #chunks: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(socket: Socket) {
    this.#chunks = socket.iterator({ destroyOnReturn: false })
  }

  /** Up to and with a mark. */
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

  /** Whatever comes next. */
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
    // A reset is an end too.
    const next = await this.#chunks.next().catch(() => undefined)
    if (next === undefined || next.done === true) return false
    this.#rest = Buffer.concat([this.#rest, next.value])
    return true
  }
}
