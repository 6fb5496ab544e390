import type { ChainRecord, FaultHistory } from './records.ts'
import type { Violation } from './violation.ts'

export interface ResetLimits {
  /** The time within which a stream must get its reset after the log went back. */
  toldWithinMs: number
}

interface Resets {
  violations: Violation[]
  /** From the moment in which the step back became visible until the last stream got its reset; undefined if none did. */
  toldMs: number | undefined
}

/** A reset says that the log went back. Every stream that is open then must get one soon; without a step back none may. */
export function checkResets(
  { chains, retreat }: FaultHistory,
  { toldWithinMs }: ResetLimits,
): Resets {
  const violations: Violation[] = []
  let toldMs: number | undefined
  for (const { name, records, isFast } of chains) {
    for (const { from, told, to } of connections(records)) {
      if (retreat === undefined) {
        if (told === Infinity) continue
        const detail = `${name}: got a reset, but the log did not go back`
        violations.push({ word: 'dishonest-reset', detail })
      } else if (isFast && from <= retreat.at && retreat.at < to) {
        const after = told - retreat.at
        // A stream that breaks meanwhile gets the reset when it returns: checkChain verifies that.
        if (after > toldWithinMs && to - retreat.at > toldWithinMs) {
          const words = after === Infinity ? 'got no reset' : `got its reset after ${after} ms`
          const detail = `${name}: ${words} when the log went back; at most ${toldWithinMs} ms`
          violations.push({ word: 'untold', detail })
        }
        if (after !== Infinity) toldMs = Math.max(toldMs ?? 0, after)
      }
    }
  }
  return { violations, toldMs }
}

/** The times at which a stream began, got a reset, and ended; Infinity for never. */
interface Connection {
  from: number
  told: number
  to: number
}

function connections(records: readonly ChainRecord[]): Connection[] {
  const all: Connection[] = []
  for (const record of records) {
    if (record.t === 'connect') all.push({ from: Infinity, told: Infinity, to: Infinity })
    const current = all.at(-1)
    if (current === undefined) continue
    if (record.t === 'ready') current.from = record.at
    if (record.t === 'close') current.to = record.at
    if (isReset(record)) current.told = Math.min(current.told, record.at)
  }
  return all
}

/** A gateway's last event on a stream of another epoch, or its first one to a reader that returns with such an id. */
function isReset(record: ChainRecord): boolean {
  return record.t === 'reset' || (record.t === 'goodbye' && record.why === 'reset')
}
