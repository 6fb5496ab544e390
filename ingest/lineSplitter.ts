const LINE_FEED = 0x0a
const FIRST_BYTES = 1_024

/** A line's bytes without its end; undefined if there are more than may be: they were not kept. */
export type Line = Uint8Array | undefined

/** Cuts chunks of bytes into lines. Blank lines are left out. It holds one line at most, however small the chunks are. */
export class LineSplitter {
  readonly #maxBytes: number
  /** The line that is still to end: its first bytes. */
  #buffer = Buffer.alloc(0)
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The lines that end in a chunk, each as it is asked for: a chunk of line ends would be thousands. They are parts of the chunk. */
  *push(chunk: Buffer): Generator<Line> {
    let from = 0
    for (let end = find(chunk, 0); end >= 0; end = find(chunk, from)) {
      const part = chunk.subarray(from, end)
      from = end + 1
      if (this.#bytes === 0) {
        yield* this.#lineOf(part, part.length)
      } else {
        this.#keep(part)
        yield* this.end()
      }
    }
    this.#keep(chunk.subarray(from))
  }

  /** The last line, if it has no end. */
  end(): Line[] {
    const bytes = this.#bytes
    const line = this.#buffer.subarray(0, bytes)
    this.#bytes = 0
    this.#buffer = Buffer.alloc(0)
    return this.#lineOf(line, bytes)
  }

  #lineOf(line: Uint8Array, bytes: number): Line[] {
    if (bytes > this.#maxBytes) return [undefined]
    return line.every(isSpace) ? [] : [line]
  }

  /** The start of a line. Copied: chunks of one byte each would take much more memory than what is in them. */
  #keep(part: Uint8Array): void {
    const bytes = this.#bytes + part.length
    if (bytes > this.#maxBytes) {
      this.#buffer = Buffer.alloc(0)
    } else {
      if (bytes > this.#buffer.length) this.#grow(bytes)
      this.#buffer.set(part, this.#bytes)
    }
    this.#bytes = bytes
  }

  #grow(bytes: number): void {
    const larger = Buffer.alloc(Math.min(this.#maxBytes, Math.max(FIRST_BYTES, 2 * bytes)))
    larger.set(this.#buffer.subarray(0, this.#bytes))
    this.#buffer = larger
  }
}

function find(chunk: Buffer, from: number): number {
  return chunk.indexOf(LINE_FEED, from)
}

/** As JSON has it. */
function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d
}
