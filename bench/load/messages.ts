import { encodeMessage, type Entry } from '../../contract/message.ts'

/** A message of ordinary size: about 300 bytes on the wire. */
export const SENDER = { id: 'bench', name: 'bench' }
export const ID = '0198c5b2-3f6e-7c4a-9d21-5b7e0c8f1a34'
const TEXT = 'The quick brown fox'

/** The clock of all times, in nanoseconds; the load client reads the same one. */
export function clock(): bigint {
  return process.hrtime.bigint()
}

/** The `data` of a message sent at that time. */
export function dataOf(sentAt: bigint): string {
  return `{"sent":${sentAt},"text":"${TEXT}"}`
}

/** Makes the messages of a log that only the benchmark writes, on its channels in turn. */
export class Messages {
  position: number
  readonly #channels: { name: string; previous: number }[]
  #next = 0

  /** `position` is the head of the log, and of every channel. */
  constructor(channels: readonly string[], position: number) {
    this.position = position
    this.#channels = channels.map((name) => ({ name, previous: position }))
  }

  /** The next message, as history would have encoded it. */
  next(sentAt: bigint): Entry {
    const channel = this.#channels[this.#next]
    if (channel === undefined) throw new Error('no channels')
    this.#next = (this.#next + 1) % this.#channels.length
    const position = ++this.position
    const { name, previous } = channel
    channel.previous = position
    const json = encodeMessage({
      position,
      previous,
      id: ID,
      channel: name,
      type: 'message',
      sender: SENDER,
      data: dataOf(sentAt),
      sentAt: SENT_AT,
    })
    return { position, previous, id: ID, channel: name, json }
  }
}

export const SENT_AT = new Date().toISOString()
