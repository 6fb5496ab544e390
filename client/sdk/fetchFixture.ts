import { jest } from '@jest/globals'
import { isProblemType, PROBLEMS } from '../../contract/problem.ts'

/** A request that a test answers. */
export class FakeRequest {
  readonly url: URL
  readonly headers: Headers
  readonly method: string
  readonly signal: AbortSignal | null | undefined
  readonly body: unknown
  readonly #resolve: (response: Response) => void
  readonly #reject: (reason: unknown) => void
  #stream: ReadableStreamDefaultController<Uint8Array> | undefined

  constructor(
    url: URL,
    init: RequestInit,
    {
      resolve,
      reject,
    }: { resolve: (response: Response) => void; reject: (reason: unknown) => void },
  ) {
    this.url = url
    this.headers = new Headers(init.headers)
    this.method = init.method ?? 'GET'
    this.signal = init.signal
    this.body = typeof init.body === 'string' ? JSON.parse(init.body) : undefined
    this.#resolve = resolve
    this.#reject = reject
    if (this.isClosed) this.fail(this.signal?.reason)
    this.signal?.addEventListener('abort', () => this.fail(this.signal?.reason))
  }

  /** Where a stream asked to begin: its header, else its `since`. */
  get since(): string | null {
    return this.headers.get('Last-Event-ID') ?? this.url.searchParams.get('since')
  }

  /** Whether its caller gave it up. */
  get isClosed(): boolean {
    return this.signal?.aborted === true
  }

  answer(body: unknown, status = 200, headers: Record<string, string> = {}): void {
    this.#resolve(new Response(JSON.stringify(body), { status, headers }))
  }

  refuse(status: number, type: string, headers: Record<string, string> = {}): void {
    const title = isProblemType(type) ? PROBLEMS[type].title : type
    this.answer({ type: `/problems/${type}`, title, status }, status, headers)
  }

  /** No answer, or the end of one before it is whole. */
  fail(reason: unknown = new TypeError('no network')): void {
    this.#reject(reason)
    this.#stream?.error(reason)
  }

  /** Begins a stream. */
  open(type = 'text/event-stream'): void {
    const body = new ReadableStream<Uint8Array>({ start: (stream) => void (this.#stream = stream) })
    this.#resolve(new Response(body, { headers: { 'Content-Type': type } }))
  }

  /** A part of a stream. */
  write(text: string): void {
    if (!this.isClosed) this.#stream?.enqueue(new TextEncoder().encode(text))
  }

  /** An event; `data` is sent as JSON, or as it is if it is a text. */
  send(name: string, data: unknown, id = ''): void {
    const text = typeof data === 'string' ? data : JSON.stringify(data)
    this.write(`event: ${name}\ndata: ${text}\n${id === '' ? '' : `id: ${id}\n`}\n`)
  }

  ready(position: number): void {
    this.open()
    this.send('ready', { position, complete: true, channels: {} }, `ep-${position}`)
  }

  end(): void {
    this.#stream?.close()
  }
}

/** Puts requests in the place of `fetch`, until jest restores it; `newest()` is the last one. `requests` is emptied first. */
export function fakeFetch(requests: FakeRequest[] = []): {
  requests: FakeRequest[]
  newest: () => FakeRequest
} {
  requests.length = 0
  jest.spyOn(globalThis, 'fetch').mockImplementation((url, init = {}) => {
    return new Promise((resolve, reject) => {
      const address = new URL(url instanceof Request ? url.url : url)
      requests.push(new FakeRequest(address, init, { resolve, reject }))
    })
  })
  const newest = (): FakeRequest => {
    const request = requests.at(-1)
    if (request === undefined) throw new Error('nothing was requested')
    return request
  }
  return { requests, newest }
}

/** Resolves when everything that is settled has been handled, also through the body of an answer. */
export async function settled(): Promise<void> {
  for (let turns = 0; turns < 8; turns += 1) await new Promise((resolve) => setImmediate(resolve))
}
