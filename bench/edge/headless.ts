import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

const HEADER = 12
/** Answer, recursion available; authoritative. */
const FLAGS = 0x8580
const A = 1
const SECONDS = 1

/**
 * A name of several addresses, like a headless Service of Kubernetes: a server of DNS that answers every question for an A record with
 * the addresses of now, for one second.
 */
export class Headless {
  readonly #addresses = new Set<string>()
  readonly #socket: Socket = createSocket('udp4')

  static async open(): Promise<Headless> {
    const headless = new Headless()
    headless.#socket.bind(0, '127.0.0.1')
    await once(headless.#socket, 'listening')
    return headless
  }

  private constructor() {
    this.#socket.on('message', (question, { port, address }) => {
      this.#socket.send(this.#answer(question), port, address)
    })
  }

  get port(): number {
    return this.#socket.address().port
  }

  add(address: string): void {
    this.#addresses.add(address)
  }

  remove(address: string): void {
    this.#addresses.delete(address)
  }

  close(): void {
    this.#socket.close()
  }

  #answer(message: Buffer): Buffer {
    const end = message.indexOf(0, HEADER) + 5
    const question = message.subarray(HEADER, end)
    const addresses = question.readUInt16BE(question.length - 4) === A ? [...this.#addresses] : []
    const header = Buffer.alloc(HEADER)
    message.copy(header, 0, 0, 2)
    header.writeUInt16BE(FLAGS, 2)
    header.writeUInt16BE(1, 4)
    header.writeUInt16BE(addresses.length, 6)
    const records = addresses.map((address) =>
      // The name is that of the question.
      Buffer.from([
        0xc0,
        HEADER,
        0,
        A,
        0,
        1,
        0,
        0,
        0,
        SECONDS,
        0,
        4,
        ...address.split('.').map(Number),
      ]),
    )
    return Buffer.concat([header, question, ...records])
  }
}
