import type { FaultHistory, Row } from './records.ts'

/** The dump of the log, ordered for questions about positions and channels. */
export class LogView {
  readonly head: FaultHistory['head']
  readonly #rows = new Map<string, Row>()
  readonly #byChannel = new Map<string, Row[]>()

  constructor({ rows, head }: Pick<FaultHistory, 'rows' | 'head'>) {
    this.head = head
    for (const row of rows) {
      this.#rows.set(`${row.epoch} ${row.position}`, row)
      const name = `${row.epoch} ${row.channel}`
      const channel = this.#byChannel.get(name)
      if (channel === undefined) this.#byChannel.set(name, [row])
      else channel.push(row)
    }
  }

  row(epoch: string, position: number): Row | undefined {
    return this.#rows.get(`${epoch} ${position}`)
  }

  /** Of one channel, with `after < position <= upTo`. */
  between(epoch: string, channel: string, after: number, upTo: number): Row[] {
    const rows = this.#byChannel.get(`${epoch} ${channel}`) ?? []
    return rows.filter(({ position }) => position > after && position <= upTo)
  }
}
