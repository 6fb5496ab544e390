import type { EventId } from '../../contract/eventId.ts'
import type { Entry } from '../../contract/message.ts'
import type { Start } from '../../gateway/hub/joining.ts'
import type { Subscription } from '../../gateway/hub/subscription.ts'
import type { ModelGateway, ModelSink } from './gateway.ts'
import { Pipe } from './pipe.ts'
import { hasContent, type World } from './world.ts'

interface Stream {
  gateway: ModelGateway
  subscription: Subscription<Entry>
  pipe: Pipe
}

/** A reader that keeps its last event id like EventSource, and records every breach of the promise. */
export class ModelClient {
  readonly #violations: { epoch: string; text: string }[] = []
  readonly #world: World
  readonly #gateways: readonly ModelGateway[]
  readonly #channels: readonly string[]
  readonly #lasts = new Map<string, number>()
  /** In this epoch: the position at which each channel began for it, and the ids of all messages since. */
  readonly #starts = new Map<string, number>()
  readonly #ids = new Map<string, string[]>()
  #lastId: EventId | undefined
  #stream: Stream | undefined

  constructor(world: World, gateways: readonly ModelGateway[], channels: readonly string[]) {
    this.#world = world
    this.#gateways = gateways
    this.#channels = channels
    this.#connect()
    this.#beat()
  }

  /** The connection breaks, and data in flight never arrives. */
  drop(): void {
    if (this.#stream === undefined) return
    const { gateway, subscription, pipe } = this.#stream
    this.#stream = undefined
    pipe.cut()
    gateway.leave(subscription)
    this.#comeBack()
  }

  /**
   * Every breach of the promise, at the end of a run, when the system has recovered. If the log went back in an epoch, the `reset` at
   * the end of that epoch excuses the breaches in it.
   */
  violations(): string[] {
    const { epoch, wentBack } = this.#world
    const lasting = this.#violations.filter(
      (each) => each.epoch === epoch || !wentBack.has(each.epoch),
    )
    return [...lasting.map(({ text }) => text), ...this.#unfinished()]
  }

  #unfinished(): string[] {
    const { epoch, log } = this.#world
    if (this.#lastId?.epoch !== epoch) return [`stayed in ${this.#lastId?.epoch}, not ${epoch}`]
    return this.#channels.flatMap((name) => {
      const start = this.#starts.get(name)
      if (start === undefined) return [`${name}: the stream never began`]
      const owed = log.filter(({ channel, position }) => channel === name && position > start)
      const expected = owed.map(({ id }) => id).join(' ')
      const found = this.#ids.get(name)?.join(' ') ?? ''
      return found === expected ? [] : [`${name} after ${start}: ${found} instead of ${expected}`]
    })
  }

  #breach(epoch: string, text: string): void {
    this.#violations.push({ epoch, text })
  }

  #connect(): void {
    const gateway = this.#world.random.pick(this.#gateways)
    const asked = this.#lastId
    const start: Start<Entry> =
      asked === undefined ? {} : { epoch: asked.epoch, after: asked.position }
    // The stream's ids belong to the epoch in which it was opened.
    const { epoch, wholeTo } = gateway
    const pipe = new Pipe(this.#world)
    const sink: ModelSink = {
      ready: ({ position, complete }) =>
        pipe.send(() => this.#ready(epoch, asked, position, complete)),
      send: ({ items }) => {
        for (const entry of items) {
          this.#checkDeletion(epoch, wholeTo, entry)
          pipe.send(() => this.#receive(epoch, entry))
        }
      },
      gap: (gap, at) => {
        pipe.send(() => {
          this.#breach(epoch, `gap ${JSON.stringify(gap)}`)
          this.#take(at)
        })
      },
      reset: (_reason, at) => {
        pipe.send(() => {
          // Honest only if the id really was of another epoch.
          if (asked?.epoch === epoch) this.#breach(epoch, `reset of ${asked.position}`)
          this.#take(at)
        })
      },
      end: (reason, at) => {
        const ended = (): void => {
          if (this.#stream?.pipe !== pipe) return
          if (at !== undefined) this.#lastId = at
          this.#stream = undefined
          this.#comeBack()
        }
        // A killed process loses data in flight.
        if (reason === 'shutdown') pipe.cut()
        pipe.end(ended)
      },
      drained: async () => {},
      whenDrained: (run) => pipe.whenEmpty(run),
    }
    const subscription = gateway.join(this.#channels, start, sink)
    if (subscription === undefined) this.#comeBack()
    else this.#stream = { gateway, subscription, pipe }
  }

  #ready(epoch: string, asked: EventId | undefined, position: number, complete: boolean): void {
    if (asked === undefined || !complete) {
      // A beginning, or a new one: every later message of each channel is owed.
      for (const name of this.#channels) this.#begin(name, position)
    } else {
      if (position !== asked.position) {
        this.#breach(epoch, `resumed at ${position} instead of ${asked.position}`)
      }
      for (const name of this.#channels) {
        if (!this.#lasts.has(name)) this.#begin(name, position)
      }
    }
    this.#lastId = { epoch, position }
  }

  #begin(name: string, position: number): void {
    this.#lasts.set(name, position)
    this.#starts.set(name, position)
    this.#ids.set(name, [])
  }

  #comeBack(): void {
    const { clock, random } = this.#world
    // At once, as after a network fault, or after `retry:`.
    clock.after(random.between(1, random.pick([20, 1_500])), () => this.#connect())
  }

  /** Heartbeats advance the id too. */
  #beat(): void {
    this.#world.clock.after(this.#world.random.between(300, 3_000), () => {
      this.#beat()
      if (this.#stream === undefined) return
      const { gateway, subscription, pipe } = this.#stream
      const at = gateway.sentUpTo(subscription)
      if (at === undefined) return
      pipe.send(() => this.#take(at))
    })
  }

  /** An event that is no message says that everything up to its id was sent. */
  #take({ epoch, position }: EventId): void {
    if (position < (this.#lastId?.position ?? 0)) {
      this.#breach(
        epoch,
        `id ${epoch}-${position} after ${this.#lastId?.epoch}-${this.#lastId?.position}`,
      )
    }
    this.#lastId = { epoch, position }
  }

  /** A stream shows nothing that was deleted in the part of the log that its gateway had when the stream began. */
  #checkDeletion(epoch: string, wholeTo: number, entry: Entry): void {
    const deletion = this.#world.deletionOf(entry.id)
    if (deletion?.epoch !== epoch || deletion.position > wholeTo || !hasContent(entry)) return
    this.#breach(epoch, `${entry.position} was deleted by ${deletion.position}, seen to ${wholeTo}`)
  }

  #receive(epoch: string, entry: Entry): void {
    const last = this.#lasts.get(entry.channel) ?? 0
    const lastId = this.#lastId?.position ?? 0
    if (entry.position <= lastId) {
      this.#breach(epoch, `${entry.position} after ${lastId}: doubled or out of order`)
    }
    if (entry.previous > last) {
      this.#breach(
        epoch,
        `${entry.channel}: ${entry.previous} was skipped before ${entry.position}`,
      )
    }
    this.#lasts.set(entry.channel, entry.position)
    this.#ids.get(entry.channel)?.push(entry.id)
    this.#lastId = { epoch, position: entry.position }
  }
}
