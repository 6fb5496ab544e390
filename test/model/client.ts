import type { Entry } from '../../contract/message.ts'
import { parseSince } from '../../contract/since.ts'
import { claimAll, placeIn } from './claims.ts'
import type { ModelGateway, ModelLog, ModelSink, ModelStream } from './gateway.ts'
import { Pipe } from './pipe.ts'
import { LogRecord } from './record.ts'
import type { Stage } from './stage.ts'
import { hasContent } from './world.ts'

interface Stream {
  gateway: ModelGateway
  stream: ModelStream
  pipe: Pipe
}

interface ClientOptions {
  stage: Stage
  logs: readonly ModelLog[]
  logOf: (channel: string) => number
  gateways: readonly ModelGateway[]
  channels: readonly string[]
  /** All channels, for a reader that now and then comes back with others. */
  all: readonly string[]
}

/** A reader that keeps its last event id like EventSource, and records every breach of the promise. */
export class ModelClient {
  readonly #options: ClientOptions
  readonly #records: readonly LogRecord[]
  /** Events that may wait for it before its socket counts as full. */
  readonly #room: number
  #channels: readonly string[]
  #lastId: string | undefined
  #stream: Stream | undefined

  constructor(options: ClientOptions) {
    this.#options = options
    this.#channels = options.channels
    this.#records = options.logs.map(({ world }) => new LogRecord(world))
    this.#room = options.stage.random.between(0, 20)
    this.#connect()
    this.#beat()
  }

  /** The connection breaks, and data in flight never arrives. */
  drop(): void {
    if (this.#stream === undefined) return
    const { gateway, stream, pipe } = this.#stream
    this.#stream = undefined
    pipe.cut()
    gateway.leave(stream)
    this.#comeBack()
  }

  /** Every breach of the promise, at the end of a run, when the system has recovered. */
  violations(): string[] {
    return this.#records.flatMap((record, log) =>
      record.violations(this.#channels.filter((name) => this.#options.logOf(name) === log)),
    )
  }

  #connect(): void {
    const { stage, gateways } = this.#options
    const gateway = stage.random.pick(gateways)
    const asked = this.#lastId
    const seen = this.#options.logs.map((_, log) => gateway.seen(log))
    const room = this.#room
    const pipe = new Pipe(stage)
    const take = (id: string): void => pipe.send(() => this.#take(id))
    const receive = (entry: Entry, id: string): void => {
      const log = this.#options.logOf(entry.channel)
      const { epoch = '' } = placeIn(id, log) ?? {}
      this.#checkDeletion(log, epoch, seen[log], entry)
      pipe.send(() => {
        this.#records[log]?.receive(epoch, entry)
        this.#lastId = id
      })
    }
    const sink: ModelSink = {
      ready: ({ position, complete, channels }, at) => {
        const id = at.toString()
        pipe.send(() => {
          const names = Object.keys(channels)
          const log = this.#options.logOf(names[0] ?? '')
          const { epoch = '' } = placeIn(id, log) ?? {}
          this.#records[log]?.ready({ epoch, position }, placeIn(asked, log), complete, names)
          this.#lastId = id
        })
      },
      send: ({ items }) => {
        for (const entry of items) {
          const { epoch } = gateway.seen(this.#options.logOf(entry.channel))
          receive(entry, `${epoch}-${entry.position}`)
        }
      },
      sendAs: ({ items }, idOf) => {
        for (const entry of items) {
          const id = idOf(entry.position)
          const isOwn = stage.ablations.ownPlaces !== false
          const own = this.#options.logOf(entry.channel)
          receive(entry, isOwn ? id : claimAll(id, own, (log) => gateway.seen(log)))
        }
      },
      gap: (gap, at) => {
        const log = this.#options.logOf(gap.channel)
        const { epoch = '' } = placeIn(at.toString(), log) ?? {}
        pipe.send(() => this.#records[log]?.breach(epoch, `gap ${JSON.stringify(gap)}`))
        take(at.toString())
      },
      reset: (_reason, at, names = [...this.#channels]) => {
        const log = this.#options.logOf(names[0] ?? '')
        const place = placeIn(at.toString(), log)
        pipe.send(() => this.#records[log]?.reset(place?.epoch ?? ''))
        take(at.toString())
      },
      end: (reason, at) => {
        const ended = (): void => {
          if (this.#stream?.pipe !== pipe) return
          if (at !== undefined) this.#lastId = at.toString()
          this.#stream = undefined
          this.#comeBack()
        }
        // A killed process loses data in flight.
        if (reason === 'shutdown') pipe.cut()
        pipe.end(ended)
      },
      drained: async () => {},
      get isFull() {
        return pipe.underway > room
      },
      whenDrained: (run) => pipe.whenEmpty(run),
    }
    const since = parseSince(asked ?? '') ?? { kind: 'now' }
    const stream = gateway.join(this.#channels, since, sink)
    if (stream === undefined) this.#comeBack()
    else this.#stream = { gateway, stream, pipe }
  }

  #comeBack(): void {
    const { clock, random } = this.#options.stage
    // At once, as after a network fault, or after `retry:`.
    clock.after(random.between(1, random.pick([20, 1_500])), () => {
      if (random.chance(0.1)) this.#changeChannels()
      this.#connect()
    })
  }

  /** It comes back with one channel more or less. */
  #changeChannels(): void {
    const { stage, all, logOf } = this.#options
    const name = stage.random.pick(all)
    const others = this.#channels.filter((each) => each !== name)
    if (others.length === 0) return
    const isHeard = others.length < this.#channels.length
    this.#channels = isHeard ? others : [...others, name]
    if (isHeard) this.#records[logOf(name)]?.forget(name)
  }

  /** Heartbeats advance the id too. */
  #beat(): void {
    const { clock, random } = this.#options.stage
    clock.after(random.between(300, 3_000), () => {
      this.#beat()
      if (this.#stream === undefined) return
      const { gateway, stream, pipe } = this.#stream
      const at = gateway.sentUpTo(stream)
      if (at !== undefined) pipe.send(() => this.#take(at))
    })
  }

  /** An event that is no message says that everything up to its id was sent, in each log that it names. */
  #take(id: string): void {
    const heard = new Set(this.#channels.map((name) => this.#options.logOf(name)))
    for (const log of heard) {
      const place = placeIn(id, log)
      if (place !== undefined) this.#records[log]?.take(place)
    }
    this.#lastId = id
  }

  /** A stream shows nothing that was deleted in the part of the log that its gateway had when the stream began. */
  #checkDeletion(
    log: number,
    epoch: string,
    seen: { epoch: string; wholeTo: number } | undefined,
    entry: Entry,
  ): void {
    const deletion = this.#options.logs[log]?.world.deletionOf(entry.id)
    if (deletion?.epoch !== epoch || seen?.epoch !== epoch || !hasContent(entry)) return
    const { position } = deletion
    if (position > seen.wholeTo) return
    const text = `${entry.position} was deleted by ${position}, seen to ${seen.wholeTo}`
    this.#records[log]?.breach(epoch, text)
  }
}
