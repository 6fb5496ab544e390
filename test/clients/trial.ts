import type { Testbed } from './testbed.ts'
import type { Client } from './catalog.ts'
import type { Column } from './columns.ts'
import type { Seat } from './seat.ts'

/** What became of a client in a column. */
export interface Cell {
  client: Client
  column: string
  /** What went wrong; empty for nothing. */
  faults: string[]
  /** What went wrong as the catalog says that it must. */
  limits: string[]
  /** What its user must know though nothing went wrong. */
  notes: Note[]
  /** What its library called the messages. */
  names: string[]
  /** What the subscriber complained of last, for whoever looks for the cause. */
  complaint: string
}

/**
 * `loop`: the library gave up, and its subscriber began again with the last id. `stops`: it gave up for good, as the standard
 * says. `fragment`: it hands out what there is of an event when a stream ends within it.
 */
export type Note = 'loop' | 'stops' | 'fragment'

/** Does one column to all clients of a testbed, and judges each. Who has lost its place begins afresh. */
export async function tryColumn(testbed: Testbed, column: Column): Promise<Cell[]> {
  testbed.begin()
  const asked = testbed.seats.map(({ proxy }) => proxy.asked)
  await column.run(testbed)
  await testbed.settle((seat) => !mayStop(seat, column))
  const cells = testbed.seats.map((seat, index) => {
    const again = seat.proxy.asked - (asked[index] ?? 0)
    return judgeSeat(seat, column, { testbed, again })
  })
  for (const [index, seat] of testbed.seats.entries()) {
    const { faults = [], limits = [], notes = [] } = cells[index] ?? {}
    if (faults.length + limits.length > 0 || notes.includes('stops')) await seat.renew()
  }
  return cells
}

function judgeSeat(seat: Seat, column: Column, { testbed, again }: { testbed: Testbed; again: number }): Cell {
  const { isLevel, faults, hasFragments, names } = seat.verdict(testbed.posted)
  const notes: Note[] = []
  if (seat.returns > 0) notes.push('loop')
  if (hasFragments) notes.push('fragment')
  if (!isLevel && mayStop(seat, column)) notes.push('stops')
  else if (!isLevel) faults.push('stuck')
  if (column.isQuiet && again > 0) faults.push(`left ${again} times`)
  const isLimit = (fault: string) => fault === seat.client.limits?.[column.name]
  return {
    client: seat.client,
    column: column.name,
    faults: faults.filter((fault) => !isLimit(fault)),
    limits: faults.filter(isLimit),
    notes,
    names,
    complaint: seat.complaint,
  }
}

function mayStop({ client }: Seat, column: Column): boolean {
  return column.hasStatus === true && client.stopsAtStatus === true
}
