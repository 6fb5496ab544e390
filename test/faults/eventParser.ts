export interface ParsedEvent {
  name: string
  data: string
  /** The last id seen so far, as `lastEventId` of the standard. */
  lastId: string
}

/** The event stream format as the standard has it, for lines that end in LF. What is not finished by an empty line is lost. */
export class EventParser {
  #rest = ''
  #name = ''
  #data: string[] = []
  /** Takes effect with the empty line that ends its event. */
  #pendingId: string
  lastId: string
  retry: number | undefined

  constructor(lastId: string) {
    this.lastId = lastId
    this.#pendingId = lastId
  }

  push(chunk: string): ParsedEvent[] {
    const events: ParsedEvent[] = []
    const lines = (this.#rest + chunk).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line === '') this.#finish(events)
      else this.#field(line)
    }
    return events
  }

  #finish(events: ParsedEvent[]): void {
    this.lastId = this.#pendingId
    if (this.#data.length > 0) {
      const name = this.#name === '' ? 'message' : this.#name
      events.push({ name, data: this.#data.join('\n'), lastId: this.lastId })
    }
    this.#name = ''
    this.#data = []
  }

  #field(line: string): void {
    const colon = line.indexOf(':')
    if (colon === 0) return
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') this.#name = value
    else if (field === 'data') this.#data.push(value)
    else if (field === 'id') this.#pendingId = value
    else if (field === 'retry' && /^\d+$/.test(value)) this.retry = Number(value)
  }
}
