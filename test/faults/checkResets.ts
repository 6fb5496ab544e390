import type { ChainRecord, FaultHistory } from './records.ts'
import type { Violation } from './violation.ts'

export interface ResetLimits {
  /** After the log went back, how soon a stream must be told. */
  toldWithinMs: number
}

export interface Resets {
  violations: Violation[]
  /** From the moment in which the log could be seen to have gone back until the last stream was told; undefined if none was. */
  toldMs: number | undefined
}

/** A reset is the word about a log that went back. Every stream that is open then must hear it, and soon; else none may. */
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
        const detail = `${name}: told to begin again, and the log did not go back`
        violations.push({ word: 'dishonest-reset', detail })
      } else if (isFast && from <= retreat.at && retreat.at < to) {
        const after = told - retreat.at
        // One that breaks meanwhile is told when it comes back: the judge of its chain sees to that.
        if (after > toldWithinMs && to - retreat.at > toldWithinMs) {
          const words = after === Infinity ? 'never told' : `told after ${after} ms`
          const detail = `${name}: ${words} that the log went back; at most ${toldWithinMs} ms`
          violations.push({ word: 'untold', detail })
        }
        if (after !== Infinity) toldMs = Math.max(toldMs ?? 0, after)
      }
    }
  }
  return { violations, toldMs }
}

/** When a stream began, was told of a reset, and ended; never is Infinity. */
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

/** The gateway's last word on a stream whose log is another one now, or its first word to a reader that comes with such an id. */
function isReset(record: ChainRecord): boolean {
  return record.t === 'reset' || (record.t === 'goodbye' && record.why === 'reset')
}
