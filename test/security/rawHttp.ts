import type { Socket } from 'node:net'
import { connectTo } from '../support/connectTo.ts'

/** An answer as it stood on the wire; its texts are bytes (latin1), its header names in lower case. */
export interface Answer {
  status: number
  headers: Map<string, string>
  body: string
}

/** How long a server may take for one answer. */
const HANG_MS = 5_000

/** A connection on which a test writes whatever bytes it likes, and reads answers. */
export class RawConnection {
  readonly #socket: Socket
  #text = ''
  #isClosed = false
  #wake = (): void => {}

  constructor(origin: string) {
    this.#socket = connectTo(origin)
    this.#socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1')
      this.#wake()
    })
    // A reset is an end too.
    this.#socket.on('error', () => {})
    this.#socket.on('close', () => {
      this.#isClosed = true
      this.#wake()
    })
  }

  write(bytes: string): void {
    this.#socket.write(Buffer.from(bytes, 'latin1'))
  }

  /** The next answer, to a request with this method; undefined if the connection ends first. Throws if neither happens in time. */
  async next(method = 'GET', withinMs = HANG_MS): Promise<Answer | undefined> {
    const end = Date.now() + withinMs
    for (;;) {
      const found = readAnswer(this.#text, method, this.#isClosed)
      if (found !== undefined) {
        this.#text = found.rest
        return found.answer
      }
      if (this.#isClosed) return undefined
      const leftMs = end - Date.now()
      if (leftMs <= 0)
        throw new Error(`no answer within ${withinMs} ms, only ${this.#text.slice(0, 100)}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  close(): void {
    this.#socket.destroy()
  }
}

/**
 * The first whole answer of a text, and what follows it. A stream without an end is whole with its first event. Interim answers
 * (1xx) are left out.
 */
function readAnswer(
  text: string,
  method: string,
  isClosed: boolean,
): { answer: Answer; rest: string } | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [line = '', ...lines] = text.slice(0, end).split('\r\n')
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(line)?.[1] ?? NaN)
  const rest = text.slice(end + 4)
  if (status < 200) return readAnswer(rest, method, isClosed)
  const headers = new Map(
    lines.map((each): [string, string] => {
      const [name = ''] = each.split(':', 1)
      return [name.toLowerCase(), each.slice(name.length + 1).trim()]
    }),
  )
  const body = method === 'HEAD' || status === 304 ? ['', rest] : readBody(rest, headers, isClosed)
  if (body === undefined) return undefined
  return { answer: { status, headers, body: body[0] ?? '' }, rest: body[1] ?? '' }
}

/** The body, and what follows it. */
function readBody(text: string, headers: Answer['headers'], isClosed: boolean) {
  const length = headers.get('content-length')
  if (length !== undefined) {
    const size = Number(length)
    return text.length < size ? undefined : [text.slice(0, size), text.slice(size)]
  }
  const isBegun = headers.get('content-type') === 'text/event-stream' && text.includes('\n\n')
  if (isBegun) return [text, '']
  if (headers.get('transfer-encoding') === 'chunked') return readChunks(text)
  return isClosed ? [text, ''] : undefined
}

function readChunks(text: string): string[] | undefined {
  let body = ''
  for (let at = 0; ;) {
    const line = text.indexOf('\r\n', at)
    if (line < 0) return undefined
    const size = Number.parseInt(text.slice(at, line), 16)
    const next = line + 2 + size + 2
    if (text.length < next) return undefined
    if (size === 0) return [body, text.slice(next)]
    body += text.slice(line + 2, line + 2 + size)
    at = next
  }
}
