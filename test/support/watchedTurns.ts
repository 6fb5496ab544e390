import { Turns } from '../../chassis/turns.ts'

/** Turns without rests, which it notes: in milliseconds, in order. */
export class WatchedTurns extends Turns {
  readonly rests: number[] = []

  override take<T>(work: () => Promise<T>, rest: (answer: T) => number): Promise<T> {
    return super.take(work, (answer) => {
      this.rests.push(rest(answer))
      return 0
    })
  }
}
