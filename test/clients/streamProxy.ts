import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { encode, ending, readBody } from './body.ts'
import { Bytes } from './bytes.ts'

/** A connection is dropped, or its answer ends as if it were whole. */
export type How = 'reset' | 'end'
/** Within the next message: in the middle of its data, before its id's last digit, or before the empty line that would complete it. */
export type Where = 'data' | 'id' | 'last line'
/** What happens to requests; `number` is a status that answers them. */
export type Mode = 'pass' | 'refuse' | number

interface Stream {
  client: Socket
  head: string
}

/** So that what was sent before a reset has been read. */
const READ_MS = 50

/** The hop between one client and the edge. It knows just enough of HTTP to cut streams at a given byte of their events. */
export class StreamProxy {
  readonly port: number
  readonly #targetPort: number
  readonly #clients = new Set<Socket>()
  readonly #streams = new Set<Stream>()
  #server: Server | undefined
  #mode: Mode = 'pass'
  #plan: { where: Where; how: How } | undefined
  /** Streams asked for, and streams of which a first event has come. */
  asked = 0
  begun = 0
  /** The last ids that streams were asked for with. */
  readonly ids: string[] = []

  constructor(port: number, targetPort: number) {
    this.port = port
    this.#targetPort = targetPort
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

  /** Cuts every stream that stands, between two events. */
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

  /** Asks the edge and passes its answer on. Returns whether the connection can carry another. */
  async #pass(client: Socket, request: string): Promise<boolean> {
    const edge = connect({ port: this.#targetPort, host: '127.0.0.1', noDelay: true })
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
    // It was cut: what there is to send is on its way.
    if (!this.#streams.delete(stream)) return false
    if (isWhole && client.writable) client.write(ending(head))
    else reset(client)
    return isWhole && !/^connection: *close\r$/im.test(head)
  }

  /** Passes on whole events only. Returns whether the answer came to its own end. */
  async #relay(stream: Stream, answer: Bytes): Promise<boolean> {
    const parts = readBody(stream.head, answer)
    let isBegun = false
    let rest = Buffer.alloc(0)
    for (;;) {
      const { value, done } = await parts.next()
      if (done === true) {
        if (rest.length > 0) stream.client.write(encode(stream.head, rest))
        // Without chunks the end of the connection is the end of the answer.
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
    this.#end(stream, plan.how)
    return true
  }

  #end(stream: Stream, how: How): void {
    this.#streams.delete(stream)
    if (how === 'reset') reset(stream.client)
    else stream.client.end(ending(stream.head))
  }
}

/** Not once it was ended: a reset cannot go with a shutdown, and Node would never close the socket. */
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
  // Of an id only the last digit is missing: what is left is an id too, of a message long before.
  return where === 'id' ? end - 1 : Math.floor((start + end) / 2)
}

/** As a header or, from those who can send none, in the query. */
function idOf(request: string): string {
  const header = /^last-event-id: *(.*)\r$/im.exec(request)?.[1]
  return header ?? /[?&]lastEventId=([^& ]*)/i.exec(request)?.[1] ?? ''
}
