import { join } from 'node:path'
import type { ChannelLogs } from '../../../contract/channelLogs.ts'
import type { Random } from '../../model/random.ts'
import { Journal } from './journal.ts'
import { PackageReaders } from './packageReaders.ts'
import { Reader } from './reader.ts'
import { readRecords, EventLog } from './eventLog.ts'
import type { Chain, ChainRecord } from '../judge/records.ts'

interface SubscribersOptions {
  dir: string
  random: Random
  /** The address of nginx. */
  edge: string
  gateways: readonly string[]
  channels: readonly string[]
  /** All logs, by their numbers, and which channel is in which. */
  logs: readonly number[]
  channelLogs: ChannelLogs
  /** More headers of every request. */
  headers: Record<string, string>
}

interface Member {
  reader: Reader
  eventLog: EventLog<ChainRecord>
  file: string
  chain: Omit<Chain, 'records'>
}

/** All subscribers of one run. */
export class Subscribers {
  readonly #options: SubscribersOptions
  readonly #members: Member[] = []
  #packages: PackageReaders | undefined
  #packageChains: (Omit<Chain, 'records'> & { file: string })[] = []

  constructor(options: SubscribersOptions) {
    this.#options = options
  }

  get readers(): Reader[] {
    return this.#members.map(({ reader }) => reader)
  }

  get messages(): number {
    const lean = this.#members.reduce((sum, { reader }) => sum + reader.journal.messages, 0)
    return lean + (this.#packages?.messages ?? 0)
  }

  /** Adds one of our own readers and starts it. It uses the addresses in turn. */
  add(
    kind: string,
    options: {
      channels?: readonly string[]
      since?: string
      origins?: readonly string[]
      pace?: Reader['pace']
    } = {},
  ): Reader {
    const { dir, random, edge, gateways, channels: all, channelLogs, headers } = this.#options
    const { channels = all, since, pace = 'fast', origins = [edge, ...gateways] } = options
    const name = `${kind}-${this.#members.length + 1}`
    const file = join(dir, `${name}.jsonl`)
    const eventLog = new EventLog<ChainRecord>(file)
    const journal = new Journal({
      write: (record) => eventLog.write(record),
      skipsRepeats: true,
      logOf: (channel) => channelLogs.logOf(channel),
    })
    const reader = new Reader({ channels, since, origins, headers, journal, random })
    reader.pace = pace
    const chain = {
      name,
      kind,
      channels: [...channels],
      isFast: pace === 'fast',
      ...(since === undefined ? {} : { since }),
    }
    this.#members.push({ reader, eventLog, file, chain })
    reader.start()
    return reader
  }

  /** Adds readers by the `eventsource` package, of all channels and through nginx. */
  addPackages(count: number): void {
    const { dir, edge, channels, headers, logs } = this.#options
    this.#packageChains = Array.from({ length: count }, (_, at) => ({
      name: `eventsource-${at + 1}`,
      kind: 'eventsource',
      channels: [...channels],
      isFast: true,
      file: join(dir, `eventsource-${at + 1}.jsonl`),
    }))
    this.#packages = new PackageReaders({
      readers: this.#packageChains.map(({ file }) => ({
        origin: edge,
        channels: [...channels],
        headers,
        file,
      })),
      logs,
    })
  }

  /** Whether every reader has the last message of each of its channels. */
  isLevel(heads: ReadonlyMap<string, number>): boolean {
    return (
      this.#members.every(({ reader: { journal, channels } }) =>
        channels.every((name) => journal.positionOf(name) >= (heads.get(name) ?? 0)),
      ) && this.#packageChains.every((_, index) => this.#packages?.isLevel(index, heads) === true)
    )
  }

  /** Closes all readers and returns their records. */
  async close(): Promise<Chain[]> {
    await Promise.all(this.#members.map(({ reader }) => reader.close()))
    await Promise.all(this.#members.map(({ eventLog }) => eventLog.close()))
    await this.#packages?.close()
    return [
      ...this.#members.map(({ chain, file }) => ({
        ...chain,
        records: readRecords<ChainRecord>(file),
      })),
      ...this.#packageChains.map(({ file, ...chain }) => ({
        ...chain,
        records: readRecords<ChainRecord>(file),
      })),
    ]
  }
}
