import { createParser } from 'eventsource-parser'
import { get, type ClientRequest } from 'node:http'
import { once } from 'node:events'

/** Reads one stream, whose messages bear numbers, and notes when each came. */
export class NumberReader {
  /** Numbers that came, each once. */
  count = 0
  doubled = 0
  /** Messages whose position is not above that of the message before. */
  disordered = 0
  /** In milliseconds: when a number came; 0: not yet. */
  readonly came: Float64Array
  readonly #request: ClientRequest
  #position = 0

  /** Resolves when the stream has begun. `numbers`: how many there may be. */
  static async open(
    from: { port: number; channels: readonly string[] },
    numbers: number,
  ): Promise<NumberReader> {
    const query = from.channels.map((name) => `channel=${name}`).join('&')
    const request = get({ host: '127.0.0.1', port: from.port, path: `/events?${query}` })
    const reader = new NumberReader(request, numbers)
    await reader.#begin()
    return reader
  }

  private constructor(request: ClientRequest, numbers: number) {
    this.#request = request
    this.came = new Float64Array(numbers)
  }

  close(): void {
    this.#request.destroy()
  }

  async #begin(): Promise<void> {
    const [response] = await once(this.#request, 'response')
    await new Promise<void>((resolve) => {
      const parser = createParser({
        onEvent: ({ event, data }) => {
          if (event === undefined) this.#take(data)
          else if (event === 'ready') resolve()
        },
      })
      response.setEncoding('utf8').on('data', (chunk: string) => parser.feed(chunk))
    })
  }

  #take(json: string): void {
    const { position, data }: { position: number; data: { number: number } } = JSON.parse(json)
    if (position <= this.#position) this.disordered++
    this.#position = position
    if (this.came[data.number] === 0) this.count++
    else this.doubled++
    this.came[data.number] ||= performance.now()
  }
}
