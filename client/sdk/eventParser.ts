/** An event of a stream, as its lines say. */
export interface StreamEvent {
  /** `message` if the stream names none. */
  name: string
  data: string
  /** The last id of the stream so far; '' before the first. */
  id: string
}

interface ParserHandlers {
  event: (event: StreamEvent) => void
  /** The server asks for this wait before the next stream, in milliseconds. */
  retry: (ms: number) => void
}

/** More than the largest event that Causeway can be set to send, and far less than a page can hold. */
const MAX_EVENT_CHARACTERS = 2 ** 21

/** Reads server-sent events by the rules of the HTML standard, from text in chunks of any size. */
export class EventParser {
  readonly #handlers: ParserHandlers
  #rest = ''
  /** Where the search for the next end of a line goes on, so that a long line is searched once. */
  #searched = 0
  #atStart = true
  #name = ''
  #data: string[] = []
  #size = 0
  #id = ''

  constructor(handlers: ParserHandlers) {
    this.#handlers = handlers
  }

  /** Throws a RangeError if an event has no end. */
  feed(chunk: string): void {
    let text = this.#rest + chunk
    if (this.#atStart && text !== '') {
      this.#atStart = false
      if (text.startsWith('\uFEFF')) text = text.slice(1)
    }
    let start = 0
    const ends = /\r\n|\n|\r/g
    ends.lastIndex = this.#searched
    for (let end = ends.exec(text); end !== null; end = ends.exec(text)) {
      // The chunk may end between the two characters of one line end.
      if (end[0] === '\r' && end.index === text.length - 1) break
      this.#line(text.slice(start, end.index))
      start = ends.lastIndex
    }
    this.#rest = text.slice(start)
    this.#searched = this.#rest.endsWith('\r') ? this.#rest.length - 1 : this.#rest.length
    if (this.#size + this.#rest.length > MAX_EVENT_CHARACTERS) {
      throw new RangeError('An event of the stream has no end')
    }
  }

  #line(line: string): void {
    if (line === '') return this.#dispatch()
    const colon = line.indexOf(':')
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') {
      this.#data.push(value)
      this.#size += value.length + 1
    } else if (field === 'event') this.#name = value
    else if (field === 'id' && !value.includes('\0')) this.#id = value
    else if (field === 'retry' && /^\d{1,9}$/.test(value)) this.#handlers.retry(Number(value))
  }

  #dispatch(): void {
    const [name, data] = [this.#name || 'message', this.#data]
    this.#name = ''
    this.#data = []
    this.#size = 0
    if (data.length > 0) this.#handlers.event({ name, data: data.join('\n'), id: this.#id })
  }
}
