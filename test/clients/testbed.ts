import type { Message } from '../../contract/message.ts'
import type { Child } from '../../stack/child.ts'
import { freePort } from '../../stack/ports.ts'
import type { Stack } from '../../stack/stack.ts'
import { waitFor } from '../support/waitFor.ts'
import type { Client } from './catalog.ts'
import { commandOf } from './languages.ts'
import { Seat } from './seat.ts'
import { StreamProxy } from './streamProxy.ts'
import { Subscriber } from './subscriber.ts'

export const CHANNEL = 'clients'
/** A long interval, because each check judges all messages. */
const CHECK_EVERY_MS = 250
/** Some libraries have doubled their delay to half of this. */
const LEVEL_SECONDS = 40

interface TestbedOptions {
  /** The folder of the clients' libraries; undefined: the project's own packages. */
  cache?: string
  /** No client requests additional heartbeats. */
  plain?: boolean
}

/** A running stack with all clients on one channel, each behind its own proxy. */
export class Testbed {
  readonly stack: Stack
  readonly seats: readonly Seat[]
  /** The messages of this round, in order. */
  posted: Message[] = []
  /** Clients that did not catch up in time in this round: nothing waits for them again. */
  readonly #behind = new Set<Seat>()

  private constructor(stack: Stack, seats: Seat[]) {
    this.stack = stack
    this.seats = seats
  }

  /** Opens a proxy for each client. */
  static async prepare(
    stack: Stack,
    clients: readonly Client[],
    { cache, plain = false }: TestbedOptions,
  ): Promise<Testbed> {
    const seats: Seat[] = []
    for (const client of clients) {
      const proxy = new StreamProxy(await freePort(), stack.origin)
      await proxy.set('pass')
      const url = new URL(`http://127.0.0.1:${proxy.port}/events?channel=${CHANNEL}`)
      if (client.heartbeat !== undefined && !plain)
        url.searchParams.set('heartbeat', String(client.heartbeat))
      const command = commandOf(client.language, client.file, cache)
      seats.push(new Seat(client, proxy, new Subscriber(command, url.href)))
    }
    return new Testbed(stack, seats)
  }

  /** Starts the clients one after the other: five browsers at once would starve the rest. */
  async start(): Promise<void> {
    for (const seat of this.seats) await seat.begin()
  }

  async close(): Promise<void> {
    await Promise.all(this.seats.map((seat) => seat.end()))
  }

  get gateways(): Child[] {
    return this.stack.processes.filter(({ role }) => role === 'gateway')
  }

  async post(...texts: readonly unknown[]): Promise<void> {
    for (const data of texts) {
      const answer = await fetch(`${this.stack.origin}/channels/${CHANNEL}/messages`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ data }),
      })
      const text = await answer.text()
      if (answer.status !== 201) throw new Error(`${answer.status}: ${text}`)
      const message: Message = JSON.parse(text)
      this.posted.push(message)
    }
  }

  /** Begins a round of messages. The verdict on a client covers one round. */
  begin(): void {
    this.posted = []
    this.#behind.clear()
    for (const seat of this.seats) seat.open()
  }

  /** Waits until the chosen clients have every message, or time is up. By default it waits for all clients. */
  async settle(isAwaited = (_seat: Seat) => true): Promise<void> {
    const awaited = this.seats.filter((seat) => isAwaited(seat) && !this.#behind.has(seat))
    const late = () => awaited.filter((seat) => !seat.verdict(this.posted).isLevel)
    await waitFor(() => late().length === 0, LEVEL_SECONDS, CHECK_EVERY_MS).catch(() => {})
    for (const seat of late()) this.#behind.add(seat)
  }

  /** Does something with every client's proxy. */
  async each(act: (proxy: StreamProxy) => unknown): Promise<void> {
    await Promise.all(this.seats.map(({ proxy }) => act(proxy)))
  }
}
