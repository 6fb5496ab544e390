import type { LinkedEntry } from '../../contract/message.ts'
import { contradicts, type Place } from '../../contract/place.ts'
import type { LogReader } from '../../history/logReader.ts'
import { entry } from './testRedis.ts'

/** A log in memory for a feed, which records its queries. */
export class MemoryLog implements Pick<LogReader, 'heads' | 'scan' | 'endEpoch'> {
  epoch = 'e1'
  readonly entries: LinkedEntry[] = []
  /** The number of channels in each query; queries without channels read the head and do not count. */
  readonly asked: number[] = []
  readonly scans: string[] = []
  /** The byte limit of each scan. */
  readonly scanBytes: number[] = []
  /** Scans with a higher limit fail. */
  maxScanBytes = Infinity
  /** The requests to end an epoch: which one, and from which position. */
  readonly ends: string[] = []
  isFailing = false
  failures = 0
  /** Called by a read before it returns its answer. */
  beforeAnswer: () => Promise<void> | void = () => {}
  /** How often it went back: later messages have other ids. */
  #backs = 0

  get head(): Place {
    return { position: this.entries.length, id: this.#idAt(this.entries.length) }
  }

  async heads(channels: readonly string[], mark = 0): ReturnType<LogReader['heads']> {
    if (channels.length > 0) this.asked.push(channels.length)
    if (this.isFailing) {
      this.failures++
      throw new Error('away')
    }
    const answer = {
      epoch: this.epoch,
      ...this.head,
      idAt: this.#idAt(mark),
      channels: new Map(channels.map((name) => [name, this.#last(name)])),
      lows: new Map(),
    }
    await this.beforeAnswer()
    return answer
  }

  async scan(query: Parameters<LogReader['scan']>[0]): ReturnType<LogReader['scan']> {
    const { after, upTo, channels = [], maxBytes, mark = 0 } = query
    this.scans.push(`${after}-${upTo}`)
    this.scanBytes.push(maxBytes)
    if (maxBytes > this.maxScanBytes) throw new Error('too large')
    const found = this.entries
      .slice(after, upTo)
      .filter(({ channel }) => channels.includes(channel))
    const position = this.entries.length
    return { entries: found, upTo, position, id: this.#idAt(upTo), idAt: this.#idAt(mark) }
  }

  async endEpoch(epoch: string, place: Place): Promise<boolean> {
    this.ends.push(`${epoch} at ${place.position}`)
    const log = { position: this.entries.length, idAt: this.#idAt(place.position) }
    const isEnded = epoch === this.epoch && contradicts(log, place)
    if (isEnded) this.epoch = 'e2'
    return isEnded
  }

  append(channel: string, sentAt?: Date): void {
    const one = entry(this.entries.length + 1, this.#last(channel), channel)
    const id = this.#backs === 0 ? one.id : one.id.replace(/^0/, String(this.#backs))
    let json = one.json.replace(one.id, id)
    if (sentAt !== undefined) json = json.replace(/"[^"]*"}$/, `"${sentAt.toISOString()}"}`)
    this.entries.push({ ...one, id, link: this.head.id, json })
  }

  /** The database is restored to this number of messages, without a new epoch. */
  goBack(head: number): void {
    this.entries.length = head
    this.#backs++
  }

  /** Retention removes the messages, so that their ids are unknown. */
  forgetIds(): void {
    for (const one of this.entries) one.id = ''
  }

  #idAt(position: number): string {
    return this.entries[position - 1]?.id ?? ''
  }

  #last(channel: string): number {
    return this.entries.findLast((one) => one.channel === channel)?.position ?? 0
  }
}
