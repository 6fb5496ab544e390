import type { Testbed } from './testbed.ts'
import type { Client } from './catalog.ts'
import type { Column } from './columns.ts'
import type { Seat } from './seat.ts'

/** The result of a client in a column. */
export interface Cell {
  client: Client
  column: string
  /** The faults. */
  faults: string[]
  /** Faults that the catalog expects. */
  limits: string[]
  /** Facts that its user must know, but no faults. */
  notes: Note[]
  /** The names of its library for messages. */
  names: string[]
  /** The last line of the subscriber's standard error, to find the cause. */
  complaint: string
}

/**
 * `loop`: the library stopped, and its subscriber started it again with the last id. `stops`: it stopped for good, as the standard
 * says. `fragment`: it passes on part of an event if a stream ends within it.
 */
type Note = 'loop' | 'stops' | 'fragment'

/** Runs one column for all clients, and judges each. A client that lost its place starts again. */
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

function judgeSeat(
  seat: Seat,
  column: Column,
  { testbed, again }: { testbed: Testbed; again: number },
): Cell {
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
