import { expect, test } from '@jest/globals'
import { Problem } from '../contract/problem.ts'
import { Retries } from './retries.ts'

/** Posts for a log that fail until it is told that the log is back. At most two may wait. */
function awayLog(log = 0, over = new AbortController().signal) {
  const state = { isBack: false, tries: 0, waiting: 0, problem: new Problem('unavailable') }
  const work = {
    log,
    over,
    run: async (): Promise<string> => {
      state.tries++
      if (!state.isBack) throw state.problem
      return 'done'
    },
    enter: () => {
      if (state.waiting === 2) return false
      state.waiting++
      return true
    },
    leave: () => void state.waiting--,
  }
  return { state, work }
}

const settled = async (work: Promise<unknown>): Promise<unknown> =>
  work.catch((error: unknown) => (error instanceof Problem ? error.type : error))

test('Work for a log that is away is done when it is back', async () => {
  const { state, work } = awayLog()
  const done = new Retries().run(work)
  setImmediate(() => (state.isBack = true))
  expect([await done, state.tries, state.waiting]).toEqual(['done', 2, 0])
})

test('Work that fails for good is not repeated', async () => {
  const { state, work } = awayLog()
  state.problem = new Problem('forbidden')
  expect(await settled(new Retries().run(work))).toBe('forbidden')
  expect([state.tries, state.waiting]).toEqual([1, 0])
})

test('Only so much waits for one log: the rest is refused, also without a try, and other logs notice nothing', async () => {
  const retries = new Retries()
  const { state, work } = awayLog()
  const waiting = [retries.run(work), retries.run(work)]
  // It finds the room taken only after its try.
  expect(await settled(retries.run(work))).toBe('unavailable')
  expect(await settled(retries.run(work))).toBe('unavailable')
  expect(state.tries).toBe(3)
  const other = awayLog(1)
  other.state.isBack = true
  expect([await retries.run(other.work), other.state.tries]).toEqual(['done', 1])
  state.isBack = true
  expect(await Promise.all(waiting)).toEqual(['done', 'done'])
  expect([await retries.run(work), state.waiting]).toEqual(['done', 0])
})

test('Work that is over waits no longer', async () => {
  const over = new AbortController()
  const { state, work } = awayLog(0, over.signal)
  const done = new Retries().run(work)
  over.abort()
  expect(await settled(done)).toBe('unavailable')
  expect(state.waiting).toBe(0)
})
