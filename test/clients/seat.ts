import { waitFor } from '../support/waitFor.ts'
import type { Client } from './catalog.ts'
import { judge, type Verdict } from './judge.ts'
import type { StreamProxy } from './streamProxy.ts'
import type { Subscriber } from './subscriber.ts'
import type { Message } from '../../contract/message.ts'

const BEGIN_SECONDS = 60

/** One client at work: its process, and the hop between it and the edge. */
export class Seat {
  readonly client: Client
  readonly proxy: StreamProxy
  readonly #subscriber: Subscriber

  constructor(client: Client, proxy: StreamProxy, subscriber: Subscriber) {
    this.client = client
    this.proxy = proxy
    this.#subscriber = subscriber
  }

  /** Until its first stream has begun: what is posted from then on it must hear. One that does not begin will hear nothing. */
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

  /** A new process, for one that has lost its place. */
  async renew(): Promise<void> {
    await this.#subscriber.stop()
    await this.begin()
  }

  /** Forgets what was heard so far, before a new phase of messages. */
  open(): void {
    this.#subscriber.heard = []
    this.#subscriber.returns = 0
  }

  verdict(posted: readonly Message[]): Verdict {
    return judge(posted, this.#subscriber.heard)
  }

  /** How often its library has given up in this phase. */
  get returns(): number {
    return this.#subscriber.returns
  }

  /** The last line that it wrote to its standard error. */
  get complaint(): string {
    return this.#subscriber.complaints.trim().split('\n').at(-1) ?? ''
  }
}
