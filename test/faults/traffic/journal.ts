import type { ControlEvents } from '../../../contract/events.ts'
import { parseEventId } from '../../../contract/eventId.ts'
import { parseLogIds } from '../../../contract/logIds.ts'
import { hashOf } from '../rig/database.ts'
import type { ChainRecord } from '../judge/records.ts'

/** The fields of a message that the judge compares. */
interface Heard {
  position: number
  previous: number
  id: string
  channel: string
  data: unknown
}

/** One log, as the subscriber knows it. */
interface HeardLog {
  epoch: string
  /** The position that it began at; it owes no earlier message. */
  start: number
  last: number
}

export interface JournalOptions {
  write: (record: ChainRecord) => void
  /** The reader compares positions, and passes none twice to its application. */
  skipsRepeats: boolean
  /** The number of a channel's log. */
  logOf: (channel: string) => number
}

/** Turns the events of one subscriber into records, for every kind of reader. */
export class Journal {
  /** The position of the last message, by channel. */
  readonly lasts = new Map<string, number>()
  messages = 0
  gaps = 0
  resets = 0
  /** How often a connection, or a log of it, has begun. */
  readies = 0
  readonly #options: JournalOptions
  readonly #logs = new Map<number, HeardLog>()

  constructor(options: JournalOptions) {
    this.#options = options
  }

  /** The position up to which it has all of a channel that it is owed; 0 if its log has not begun. */
  positionOf(channel: string): number {
    const start = this.#logs.get(this.#options.logOf(channel))?.start ?? 0
    return Math.max(start, this.lasts.get(channel) ?? 0)
  }

  connect(via: string, lastId: string): void {
    this.#options.write({ t: 'connect', at: Date.now(), via, lastId })
  }

  close(why: string): void {
    this.#options.write({ t: 'close', at: Date.now(), why })
  }

  event(name: string, data: string, lastId: string): void {
    const at = Date.now()
    const { write, logOf } = this.#options
    if (name === 'heartbeat') return
    if (name === 'message') return this.#message(at, data, lastId)
    if (name === 'ready') {
      const { position, complete, channels }: ControlEvents['ready'] = JSON.parse(data)
      const log = logOf(Object.keys(channels)[0] ?? '')
      const epoch = epochIn(lastId, log)
      this.readies++
      this.#begin(log, epoch, position, complete)
      write({ t: 'ready', at, log, epoch, position, complete })
    } else if (name === 'gap') {
      const gap: ControlEvents['gap'] = JSON.parse(data)
      this.gaps++
      write({ t: 'gap', at, ...gap })
    } else if (name === 'reset') {
      const { reason, channels: [channel] = [] }: ControlEvents['reset'] = JSON.parse(data)
      this.resets++
      write({
        t: 'reset',
        at,
        why: reason,
        ...(channel === undefined ? {} : { log: logOf(channel) }),
      })
    } else if (name === 'goodbye') {
      const { reason }: ControlEvents['goodbye'] = JSON.parse(data)
      write({ t: 'goodbye', at, why: reason })
    }
  }

  #begin(log: number, epoch: string, position: number, complete: boolean): void {
    const known = this.#logs.get(log)
    if (known !== undefined && complete) {
      known.epoch = epoch
      return
    }
    this.#logs.set(log, { epoch, start: position, last: position })
    for (const channel of this.lasts.keys()) {
      if (this.#options.logOf(channel) === log) this.lasts.delete(channel)
    }
  }

  #message(at: number, data: string, lastId: string): void {
    const { write, skipsRepeats, logOf } = this.#options
    const message: Heard = JSON.parse(data)
    const { position, previous, channel, id } = message
    const log = logOf(channel)
    const known = this.#logs.get(log)
    const epoch = epochIn(lastId, log)
    const isRepeat =
      skipsRepeats && known !== undefined && position <= known.last && epoch === known.epoch
    if (known !== undefined) known.last = Math.max(known.last, position)
    this.lasts.set(channel, position)
    this.messages++
    const hash = hashOf(JSON.stringify(message.data))
    const record = { t: 'message' as const, at, epoch, position, previous, channel, id, hash }
    write(isRepeat ? { ...record, repeat: true } : record)
  }
}

/** The epoch of a log in the id of a stream over one log or several; empty if the id has none. */
function epochIn(id: string, log: number): string {
  return (parseEventId(id) ?? parseLogIds(id)?.get(log))?.epoch ?? ''
}
