import { waitFor } from '../support/waitFor.ts'
import type { Client } from './catalog.ts'
import { judge, type Verdict } from './judge.ts'
import type { StreamProxy } from './streamProxy.ts'
import type { Subscriber } from './subscriber.ts'
import type { Message } from '../../contract/message.ts'

const BEGIN_SECONDS = 60

/** One client: its process, and the proxy between it and the edge. */
export class Seat {
  readonly client: Client
  readonly proxy: StreamProxy
  readonly #subscriber: Subscriber

  constructor(client: Client, proxy: StreamProxy, subscriber: Subscriber) {
    this.client = client
    this.proxy = proxy
    this.#subscriber = subscriber
  }

  /** Starts the client, and waits until its stream begins: it owes every later message. A client may fail to begin. */
  async begin(): Promise<void> {
    const before = this.proxy.begun
    this.#subscriber.start()
    const isDecided = () => this.proxy.begun > before || this.#subscriber.hasEnded
    await waitFor(isDecided, BEGIN_SECONDS).catch(() => {})
  }

  async end(): Promise<void> {
    await this.#subscriber.stop()
    await this.proxy.close()
  }

  /** Starts a new process for a client that lost its place in the stream. */
  async renew(): Promise<void> {
    await this.#subscriber.stop()
    await this.begin()
  }

  /** Forgets the received messages, before a new round. */
  open(): void {
    this.#subscriber.heard = []
    this.#subscriber.returns = 0
  }

  verdict(posted: readonly Message[]): Verdict {
    return judge(posted, this.#subscriber.heard)
  }

  /** How often its library has stopped in this round. */
  get returns(): number {
    return this.#subscriber.returns
  }

  /** The last line of its standard error. */
  get complaint(): string {
    return this.#subscriber.complaints.trim().split('\n').at(-1) ?? ''
  }
}
