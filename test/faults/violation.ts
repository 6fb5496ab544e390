/** What can be wrong, in the words of Jepsen's checkers where it has them. */
export type Word =
  /** Acknowledged, and not in the log as it was acknowledged. */
  | 'lost-ack'
  /** Heard or stored, but never posted so. */
  | 'phantom'
  /** A position that the log does not have, or a `previous` that is wrong. */
  | 'hole'
  /** A subscriber heard later messages, but not this one. */
  | 'skipped'
  /** A subscriber never heard the last ones. */
  | 'tail'
  | 'duplicate'
  | 'order'
  /** The same message with another body. */
  | 'inconsistent'
  | 'dishonest-gap'
  | 'dishonest-reset'
  /** Two messages, or two answers, for one key. */
  | 'idempotency'
  /** Too much memory, or streams that nobody reads. */
  | 'unbounded'
  /** A post was not taken, though what it needs was there. */
  | 'unavailable'
  /** A post was answered much too late. */
  | 'hang'
  | 'slow-recovery'
  /** A delivery was late while the fault was there, though it need not have been. */
  | 'late'
  /** The log went back, and a stream that was open was not told of it, or not soon. */
  | 'untold'
  /** A message's time is before that of the one before it, or not that of its post. */
  | 'time'
  /** What the scenario itself looked at. */
  | 'expectation'

export interface Violation {
  word: Word
  detail: string
}

/** The first few of each word, so that many of one do not hide the others. */
export function examples(violations: readonly Violation[], ofEach: number): Violation[] {
  const counts = new Map<Word, number>()
  return violations.filter(({ word }) => {
    const count = (counts.get(word) ?? 0) + 1
    counts.set(word, count)
    return count <= ofEach
  })
}
