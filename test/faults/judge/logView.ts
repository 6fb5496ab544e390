import type { FaultHistory, Row } from './records.ts'

/** The messages of the log, indexed by position and channel. */
export class LogView {
  readonly head: FaultHistory['head']
  /** The log as it is at the end. */
  readonly present: Life
  readonly #former: (Life & { epoch: string }) | undefined

  constructor({ rows, head, retreat }: Pick<FaultHistory, 'rows' | 'head' | 'retreat'>) {
    this.head = head
    this.present = new Life(rows)
    if (retreat !== undefined) {
      this.#former = Object.assign(new Life(retreat.rows), { epoch: retreat.epoch })
    }
  }

  /**
   * The courses that the log took under an epoch. If it went back unnoticed there are two: until a gateway notices, the log continues
   * under the same epoch.
   */
  lives(epoch: string): Life[] {
    if (epoch === this.#former?.epoch) return [this.#former, this.present]
    return epoch === this.head.epoch ? [this.present] : []
  }
}

/** One course of the log, in which each position has one message. */
export class Life {
  readonly #rows = new Map<number, Row>()
  readonly #byChannel = new Map<string, Row[]>()

  constructor(rows: readonly Row[]) {
    for (const row of rows) {
      this.#rows.set(row.position, row)
      const channel = this.#byChannel.get(row.channel)
      if (channel === undefined) this.#byChannel.set(row.channel, [row])
      else channel.push(row)
    }
  }

  row(position: number): Row | undefined {
    return this.#rows.get(position)
  }

  /** The messages of one channel with `after < position <= upTo`. */
  between(channel: string, after: number, upTo: number): Row[] {
    const rows = this.#byChannel.get(channel) ?? []
    return rows.filter(({ position }) => position > after && position <= upTo)
  }
}
