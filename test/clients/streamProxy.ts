import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { connectTo } from '../support/connectTo.ts'
import { encode, ending, readBody } from './body.ts'
import { Bytes } from './bytes.ts'

/** A connection is reset, or its response ends as if it were complete. */
export type How = 'reset' | 'end'
/** A place in the next message: in the middle of its data, before the last digit of its id, or before the empty line at its end. */
export type Where = 'data' | 'id' | 'last line'
/** The fate of requests; a number is the status of their response. */
type Mode = 'pass' | 'refuse' | number

interface Stream {
  client: Socket
  head: string
}

/** Time for the client to read the bytes before a reset: with bytes to read, a reset may look to it like an end. */
const READ_MS = 50

/** The proxy between one client and the edge. It knows just enough HTTP to cut streams at a given byte of their events. */
export class StreamProxy {
  readonly port: number
  readonly #target: string
  readonly #clients = new Set<Socket>()
  readonly #streams = new Set<Stream>()
  #server: Server | undefined
  #mode: Mode = 'pass'
  #plan: { where: Where; how: How } | undefined
  /** Requested streams, and streams with a first event. */
  asked = 0
  begun = 0
  /** The ids from which streams were resumed. */
  readonly ids: string[] = []

  constructor(port: number, target: string) {
    this.port = port
    this.#target = target
  }

  async set(mode: Mode): Promise<void> {
    this.#mode = mode
    if (mode === 'refuse') await this.#close()
    else if (this.#server === undefined) await this.#open()
  }

  async close(): Promise<void> {
    this.#mode = 'refuse'
    await this.#close()
  }

  /** Cuts every open stream, between two events. */
  cut(how: How): void {
    for (const stream of this.#streams) this.#end(stream, how)
  }

  /** Cuts the next message that passes. */
  cutWithin(where: Where, how: How): void {
    this.#plan = { where, how }
  }

  async #open(): Promise<void> {
    const server = createServer({ noDelay: true }, (client) => void this.#serve(client))
    server.listen(this.port, '127.0.0.1')
    await once(server, 'listening')
    this.#server = server
  }

  async #close(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    for (const client of this.#clients) reset(client)
    if (server === undefined) return
    server.close()
    await once(server, 'close')
  }

  async #serve(client: Socket): Promise<void> {
    this.#clients.add(client)
    client.on('error', () => {}).on('close', () => this.#clients.delete(client))
    const requests = new Bytes(client)
    while (!client.destroyed) {
      const request = (await requests.until('\r\n\r\n'))?.toString()
      if (request === undefined) break
      if (request.startsWith('GET /events')) {
        this.asked++
        this.ids.push(idOf(request))
      }
      if (typeof this.#mode === 'number') {
        client.end(`HTTP/1.1 ${this.#mode} Away\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
        return
      }
      if (!(await this.#pass(client, request))) break
    }
    client.destroySoon()
  }

  /** Passes a request to the edge and the response back. Returns whether the connection can carry another. */
  async #pass(client: Socket, request: string): Promise<boolean> {
    const edge = connectTo(this.#target)
    edge.on('error', () => {})
    const leave = () => edge.destroy()
    client.once('close', leave)
    edge.write(request)
    const answer = new Bytes(edge)
    const head = (await answer.until('\r\n\r\n'))?.toString()
    if (head === undefined) return false
    const stream = { client, head }
    this.#streams.add(stream)
    client.write(head)
    const isWhole = await this.#relay(stream, answer)
    client.off('close', leave)
    edge.destroy()
    // The stream was cut, and its last bytes are already sent.
    if (!this.#streams.delete(stream)) return false
    if (isWhole && client.writable) client.write(ending(head))
    else reset(client)
    return isWhole && !/^connection: *close\r$/im.test(head)
  }

  /** Passes on only whole events. Returns whether the response was complete. */
  async #relay(stream: Stream, answer: Bytes): Promise<boolean> {
    const parts = readBody(stream.head, answer)
    let isBegun = false
    let rest = Buffer.alloc(0)
    for (;;) {
      const { value, done } = await parts.next()
      if (done === true) {
        if (rest.length > 0) stream.client.write(encode(stream.head, rest))
        // Without chunks the end of the connection is the end of the response.
        return value || ending(stream.head) === ''
      }
      rest = Buffer.concat([rest, value])
      for (let end = rest.indexOf('\n\n'); end !== -1; end = rest.indexOf('\n\n')) {
        const event = rest.subarray(0, end + 2)
        rest = rest.subarray(end + 2)
        if (await this.#isCut(stream, event)) return true
        stream.client.write(encode(stream.head, event))
        if (!isBegun && event.includes('event:ready')) this.begun++
        isBegun ||= event.includes('event:ready')
      }
    }
  }

  async #isCut(stream: Stream, event: Buffer): Promise<boolean> {
    const plan = this.#plan
    if (plan === undefined || !isMessage(event)) return false
    this.#plan = undefined
    stream.client.write(encode(stream.head, event.subarray(0, placeOf(event, plan.where))))
    await sleep(READ_MS)
    // A client in the same process reads in the next turn, if the timer was late.
    await nextTurn()
    this.#end(stream, plan.how)
    return true
  }

  #end(stream: Stream, how: How): void {
    this.#streams.delete(stream)
    if (how === 'reset') reset(stream.client)
    else stream.client.end(ending(stream.head))
  }
}

/** A socket that has sent its end cannot be reset: Node would never close it. */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}

function isMessage(event: Buffer): boolean {
  return event.includes('data:{"position":') && !event.includes('event:heartbeat')
}

function placeOf(event: Buffer, where: Where): number {
  if (where === 'last line') return event.length - 1
  const start = event.indexOf(`${where}:`)
  const end = event.indexOf('\n', start)
  // Only the last digit of an id is missing: the rest is the id of a much earlier message.
  return where === 'id' ? end - 1 : Math.floor((start + end) / 2)
}

/** The last event id: a header, or a query parameter from clients that cannot send headers. */
function idOf(request: string): string {
  const header = /^last-event-id: *(.*)\r$/im.exec(request)?.[1]
  return header ?? /[?&]lastEventId=([^& ]*)/i.exec(request)?.[1] ?? ''
}
