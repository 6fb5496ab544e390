import type { EventId } from '../../contract/eventId.ts'
import type { Entry } from '../../contract/message.ts'
import type { Start, Subscriber } from '../../gateway/subscriber.ts'
import type { ModelGateway } from './gateway.ts'
import type { World } from './world.ts'

/** A reader with its last event id, as EventSource keeps it; it writes down every breach of the promise. */
export class ModelClient {
  readonly violations: string[] = []
  readonly #world: World
  readonly #gateways: readonly ModelGateway[]
  readonly #channels: readonly string[]
  readonly #lasts = new Map<string, number>()
  #lastId: EventId | undefined
  #stream: { gateway: ModelGateway; subscriber: Subscriber<Entry> } | undefined

  constructor(world: World, gateways: readonly ModelGateway[], channels: readonly string[]) {
    this.#world = world
    this.#gateways = gateways
    this.#channels = channels
    this.#connect()
    this.#beat()
  }

  /** The connection breaks, on whatever side. */
  drop(): void {
    if (this.#stream === undefined) return
    const { gateway, subscriber } = this.#stream
    subscriber.sink.end('shutdown')
    gateway.leave(subscriber)
  }

  /** What is missing at the end of a run, when everything has healed. */
  unfinished(): string[] {
    return this.#channels.flatMap((name) => {
      const last = this.#lasts.get(name)
      const head = this.#world.headOf(name)
      if (last === undefined) return [`${name}: the stream never began`]
      return last < head ? [`${name}: ended at ${last}, the log at ${head}`] : []
    })
  }

  #connect(): void {
    const gateway = this.#world.random.pick(this.#gateways)
    const asked = this.#lastId
    const start: Start<Entry> =
      asked === undefined ? {} : { epoch: asked.epoch, after: asked.position }
    // The stream's ids are of the log that it was opened on.
    const { epoch } = gateway
    let open = true
    const subscriber = gateway.join(this.#channels, start, {
      ready: ({ position, complete }) => {
        if (!open) return
        if (asked === undefined || !complete) {
          // A beginning, or a beginning anew: each channel is owed what comes after.
          for (const name of this.#channels) this.#lasts.set(name, position)
        } else if (position !== asked.position) {
          this.violations.push(`resumed at ${position} instead of ${asked.position}`)
        }
        this.#lastId = { epoch, position }
      },
      send: ({ items }) => {
        for (const entry of items) if (open) this.#receive(epoch, entry)
      },
      gap: (gap) => {
        if (open) this.violations.push(`gap ${JSON.stringify(gap)}`)
      },
      reset: () => {
        // Honest only where the id really was of another life of the log.
        if (open && asked?.epoch === epoch) this.violations.push(`reset of ${asked.position}`)
      },
      end: () => {
        if (!open) return
        open = false
        this.#stream = undefined
        this.#comeBack()
      },
      drained: async () => {},
    })
    if (subscriber === undefined) this.#comeBack()
    else this.#stream = { gateway, subscriber }
  }

  #comeBack(): void {
    this.#world.clock.after(this.#world.random.between(1, 1_500), () => this.#connect())
  }

  /** Heartbeats move the id too. */
  #beat(): void {
    this.#world.clock.after(this.#world.random.between(300, 3_000), () => {
      this.#beat()
      const id = this.#stream?.gateway.sentUpTo(this.#stream.subscriber)
      if (id === undefined) return
      if (id.position < (this.#lastId?.position ?? 0)) {
        this.violations.push(`heartbeat ${id.position} after ${this.#lastId?.position}`)
      }
      this.#lastId = id
    })
  }

  #receive(epoch: string, entry: Entry): void {
    const last = this.#lasts.get(entry.channel) ?? 0
    const lastId = this.#lastId?.position ?? 0
    if (entry.position <= lastId) {
      this.violations.push(`${entry.position} after ${lastId}: doubled or out of order`)
    }
    if (entry.previous > last) {
      this.violations.push(
        `${entry.channel}: ${entry.previous} was skipped before ${entry.position}`,
      )
    }
    this.#lasts.set(entry.channel, entry.position)
    this.#lastId = { epoch, position: entry.position }
  }
}
