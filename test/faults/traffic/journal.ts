import { parseEventId } from '../../../contract/eventId.ts'
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

/** Turns the events of one subscriber into records, for every kind of reader. */
export class Journal {
  /** The position of the last message, by channel. */
  readonly lasts = new Map<string, number>()
  /** The position the stream began at; it owes no earlier message. */
  start = 0
  messages = 0
  gaps = 0
  resets = 0
  readonly #write: (record: ChainRecord) => void
  readonly #skipsRepeats: boolean
  #epoch = ''
  #last = 0

  /** `skipsRepeats`: the reader compares positions, and passes none twice to its application. */
  constructor(write: (record: ChainRecord) => void, skipsRepeats: boolean) {
    this.#write = write
    this.#skipsRepeats = skipsRepeats
  }

  connect(via: string, lastId: string): void {
    this.#write({ t: 'connect', at: Date.now(), via, lastId })
  }

  close(why: string): void {
    this.#write({ t: 'close', at: Date.now(), why })
  }

  event(name: string, data: string, lastId: string): void {
    const at = Date.now()
    if (name === 'heartbeat') return
    if (name === 'message') return this.#message(at, data, lastId)
    if (name === 'ready') {
      const ready: { position: number; complete: boolean } = JSON.parse(data)
      this.#epoch = parseEventId(lastId)?.epoch ?? ''
      const { position, complete } = ready
      if (!complete || this.start === 0) this.#begin(position)
      this.#write({ t: 'ready', at, epoch: this.#epoch, position, complete })
    } else if (name === 'gap') {
      const gap: { channel: string; after: number; before: number; reason: string } =
        JSON.parse(data)
      this.gaps++
      this.#write({ t: 'gap', at, ...gap })
    } else if (name === 'reset' || name === 'goodbye') {
      const { reason }: { reason: string } = JSON.parse(data)
      if (name === 'reset') this.resets++
      this.#write({ t: name, at, why: reason })
    }
  }

  #begin(position: number): void {
    this.start = this.#last = position
    this.lasts.clear()
  }

  #message(at: number, data: string, lastId: string): void {
    const message: Heard = JSON.parse(data)
    const { position, previous, channel, id } = message
    const epoch = parseEventId(lastId)?.epoch ?? ''
    const isRepeat = this.#skipsRepeats && position <= this.#last && epoch === this.#epoch
    this.#last = Math.max(this.#last, position)
    this.lasts.set(channel, position)
    this.messages++
    const hash = hashOf(JSON.stringify(message.data))
    const record = { t: 'message' as const, at, epoch, position, previous, channel, id, hash }
    this.#write(isRepeat ? { ...record, repeat: true } : record)
  }
}
