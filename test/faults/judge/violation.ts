/** Everything that can be wrong, with the words of Jepsen's checkers if it has them. */
export type Word =
  /** Acknowledged, but not in the log as it was acknowledged. */
  | 'lost-ack'
  /** Delivered or stored, but never posted like that. */
  | 'phantom'
  /** A position that the log lacks, or a wrong `previous`. */
  | 'hole'
  /** A subscriber got later messages, but not this one. */
  | 'skipped'
  /** A subscriber never got the last messages. */
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
  /** A post was not accepted, though every service it needs was up. */
  | 'unavailable'
  /** A post got its answer much too late. */
  | 'hang'
  | 'slow-recovery'
  /** A delivery was later during the fault than the fault explains. */
  | 'late'
  /** The log went back, and an open stream got no reset, or got it too late. */
  | 'untold'
  /** A message's time is earlier than that of the message before it, or does not fit its post. */
  | 'time'
  /** A check of the scenario itself. */
  | 'expectation'

export interface Violation {
  word: Word
  detail: string
}

/** One if a value is above its limit. */
export function over(word: Word, value: number, limit: number, what: string): Violation[] {
  return value > limit ? [{ word, detail: `${value} ${what}; at most ${limit}` }] : []
}

/** The first few violations of each word, so that many of one do not hide the others. */
export function examples(violations: readonly Violation[], ofEach: number): Violation[] {
  const counts = new Map<Word, number>()
  return violations.filter(({ word }) => {
    const count = (counts.get(word) ?? 0) + 1
    counts.set(word, count)
    return count <= ofEach
  })
}
