import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { aMessage } from './messageFixture.ts'
import { answerJson } from './serverFixture.ts'
import type { GoodbyeReason } from '../../contract/events.ts'
import type { Message, Sender } from '../../contract/message.ts'

/** The part of a problem that a test chooses. */
export interface Refusal {
  status: number
  type: string
}

/** A log in memory behind the calls of the chat, with faults that a test sets. All channels are one. */
export class FakeLog {
  readonly messages: Message[] = []
  /** The place that each stream asked for. */
  readonly resumed: string[] = []
  /** The headers and the body of each post. */
  readonly posts: { headers: IncomingMessage['headers']; body: unknown }[] = []
  epoch = 'one'
  /** How many pages of history were requested. */
  pages = 0
  /** What a call answers instead, by its path. */
  readonly refuse: { events?: Refusal; history?: Refusal | 'hang'; post?: Refusal | 'hang' } = {}
  readonly #streams = new Set<ServerResponse>()

  /** How many streams are open. */
  get streams(): number {
    return this.#streams.size
  }

  append(text: string, given: Partial<Message> = {}): Message {
    const message = aMessage({ position: this.messages.length + 1, text, ...given })
    this.messages.push(message)
    for (const stream of this.#streams) this.#write(stream, message)
    return message
  }

  /** An event on every open stream. */
  send(name: string, data: unknown): void {
    for (const stream of this.#streams) {
      stream.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
    }
  }

  /** Ends every stream with a goodbye. */
  end(reason: GoodbyeReason): void {
    this.send('goodbye', { reason })
    for (const stream of this.#streams) stream.end()
  }

  /** `sender`: the one who is signed in; without it, the request says who sends. */
  answer(request: IncomingMessage, response: ServerResponse, url: URL, sender?: Sender): void {
    if (url.pathname === '/history') return this.#history(response, url.searchParams)
    if (url.pathname === '/channels') return this.#channels(response)
    if (url.pathname.endsWith('/signals')) return void response.writeHead(202).end()
    if (url.pathname === '/markers') return this.#markers(request, response)
    if (url.pathname.startsWith('/channels/')) {
      return void this.#post(request, response, sender ?? claimedBy(request))
    }
    if (url.pathname !== '/events') {
      return refuseWith(response, { status: 404, type: 'not-found' })
    }
    const since = request.headers['last-event-id'] ?? url.searchParams.get('since')
    this.#stream(response, String(since))
  }

  async #post(request: IncomingMessage, response: ServerResponse, sender: Sender): Promise<void> {
    const body = Object(await json(request).catch(() => undefined))
    // A page that ends takes its requests with it: then there is none.
    if (!request.complete) return
    this.posts.push({ headers: request.headers, body })
    if (this.refuse.post === 'hang') return
    if (this.refuse.post !== undefined) return refuseWith(response, this.refuse.post)
    answerJson(response, 201, this.append('', { sender, data: body.data, about: body.about }))
  }

  /** Nobody follows anything, or everybody has read everything. */
  #markers(request: IncomingMessage, response: ServerResponse): void {
    const head = this.messages.length
    const last = this.messages.at(-1) ?? null
    const marker = { channel: 'lobby', position: head, head, unread: 0, last }
    const markers = request.method === 'POST' ? [marker] : []
    answerJson(response, 200, { version: 1, complete: true, markers })
  }

  #channels(response: ServerResponse): void {
    const last = this.messages.at(-1) ?? null
    const lobby = {
      name: 'lobby',
      head: this.messages.length,
      messages: this.messages.length,
      last,
    }
    answerJson(response, 200, { channels: last === null ? [] : [lobby], next: null })
  }

  #history(response: ServerResponse, query: URLSearchParams): void {
    this.pages += 1
    if (this.refuse.history === 'hang') return
    if (this.refuse.history !== undefined) return refuseWith(response, this.refuse.history)
    const before = Number(query.get('before') ?? Infinity)
    const older = this.messages.filter(({ position }) => position < before).toReversed()
    const limit = Number(query.get('limit'))
    const next = older.length > limit ? '/next' : null
    const head = this.messages.length
    const messages = older.slice(0, limit)
    answerJson(response, 200, { channel: 'lobby', messages, head, next, prev: null })
  }

  #stream(response: ServerResponse, since: string): void {
    if (this.refuse.events !== undefined) return refuseWith(response, this.refuse.events)
    this.resumed.push(since)
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.write('retry: 50\n\n')
    const [epoch, digits] = since.includes('-') ? since.split('-') : [this.epoch, since]
    const position = Number(digits)
    if (epoch !== this.epoch) {
      response.end('event: reset\ndata: {"reason":"other-epoch"}\n\n')
      return
    }
    const ready = { position, complete: true, channels: {} }
    response.write(`event: ready\nid: ${since}\ndata: ${JSON.stringify(ready)}\n\n`)
    this.messages.slice(position).forEach((message) => this.#write(response, message))
    this.#streams.add(response)
    response.on('close', () => this.#streams.delete(response))
  }

  #write(stream: ServerResponse, message: Message): void {
    stream.write(`id: ${this.epoch}-${message.position}\ndata: ${JSON.stringify(message)}\n\n`)
  }
}

function claimedBy({ headers }: IncomingMessage): Sender {
  const { 'causeway-sender': id, 'causeway-sender-name': name } = headers
  return { id: String(id), name: decodeURIComponent(String(name)) }
}

export function refuseWith(response: ServerResponse, { status, type }: Refusal): void {
  answerJson(response, status, { type: `/problems/${type}`, title: type, status })
}
