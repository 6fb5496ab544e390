import { Access } from '../../chassis/auth/access.ts'
import type { AccessChanges, AccessRow } from '../../contract/access.ts'
import { testIdentity } from './testIdentity.ts'
import { VirtualClock } from './virtualClock.ts'

type Row = AccessRow & { number: number }

export const alice = testIdentity('user:alice')
export const bob = testIdentity('user:bob')

/** A table in memory with the numbers of the real one, and a copy of it. */
export class TestAccess {
  readonly clock = new VirtualClock()
  rows: Row[] = []
  head = 0
  isAway = false
  /** The `after` of each read. */
  reads: number[] = []
  errors = 0
  /** Of alice and bob, whom each change concerned. */
  changes: string[][] = []
  readonly access = new Access({
    changes: (after, limit) => this.#read(after, limit),
    clock: this.clock,
    now: this.clock.now,
    onError: () => void this.errors++,
  })
  readonly stop: () => void

  constructor(...rows: AccessRow[]) {
    for (const row of rows) this.put(row)
    this.access.onChange((concerns) => {
      this.changes.push([alice, bob].filter(concerns).map(({ principal }) => principal))
    })
    this.stop = this.access.start()
  }

  put(row: AccessRow): void {
    this.rows = this.rows.filter((each) => keyOf(each) !== keyOf(row))
    this.rows.push({ ...row, number: ++this.head })
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 500) {
      this.clock.pass(Math.min(left, 500))
      await settle()
    }
  }

  get readers(): string[] {
    return [alice, bob]
      .filter((identity) => this.access.allows(identity, 'read', 'a'))
      .map(({ principal }) => principal)
  }

  async #read(after: number, limit: number): Promise<AccessChanges> {
    this.reads.push(after)
    if (this.isAway) throw new Error('Postgres is away')
    const changes = this.rows.filter(({ number }) => number > after).slice(0, limit)
    return { head: this.head, changes }
  }
}

const keyOf = (row: AccessRow): string =>
  `${row.kind} ${row.subject} ${row.kind === 'grant' ? row.pattern : ''}`
/** Lets reads under way end. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
