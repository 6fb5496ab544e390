import { Journal } from '../../faults/traffic/journal.ts'
import { Reader } from '../../faults/traffic/reader.ts'
import type { Chain, ChainRecord } from '../../faults/judge/records.ts'
import type { Random } from '../../model/random.ts'

/** Many readers of one channel each. Their histories are kept in memory: as files they would be as many as the streams. */
export class Subscribers {
  readonly chains: Chain[] = []
  readonly #readers: Reader[] = []

  constructor(count: number, channels: readonly string[], origin: string, random: Random) {
    for (let at = 0; at < count; at++) {
      const records: ChainRecord[] = []
      const own = [channels[at % channels.length] ?? '']
      this.chains.push({ name: `reader-${at}`, kind: 'lean', channels: own, isFast: true, records })
      const journal = new Journal({
        write: (record) => records.push(record),
        skipsRepeats: false,
        logOf: () => 0,
      })
      this.#readers.push(
        new Reader({ channels: own, origins: [origin], headers: {}, journal, random }),
      )
    }
  }

  get connects(): number {
    return this.chains.reduce(
      (sum, { records }) => sum + records.filter(({ t }) => t === 'connect').length,
      0,
    )
  }

  start(): void {
    for (const reader of this.#readers) reader.start()
  }

  isLevel(heads: ReadonlyMap<string, number>): boolean {
    return this.#readers.every(
      ({ channels: [channel = ''], journal }) =>
        journal.positionOf(channel) >= (heads.get(channel) ?? 0),
    )
  }

  async close(): Promise<void> {
    await Promise.all(this.#readers.map((reader) => reader.close()))
  }
}
