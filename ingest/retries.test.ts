import { expect, test } from '@jest/globals'
import { Problem } from '../contract/problem.ts'
import { Retries } from './retries.ts'

const never = new AbortController().signal

/** Work that fails until it is told that the log is back. */
function awayLog() {
  const log = { isBack: false, tries: 0, problem: new Problem('unavailable') }
  const work = async (): Promise<string> => {
    log.tries++
    if (!log.isBack) throw log.problem
    return 'done'
  }
  return { log, work }
}

const settled = async (work: Promise<unknown>): Promise<unknown> =>
  work.catch((error: unknown) => (error instanceof Problem ? error.type : error))

test('Work for a log that is away is done when it is back', async () => {
  const { log, work } = awayLog()
  const done = new Retries(Infinity).run(0, never, work)
  setImmediate(() => (log.isBack = true))
  expect([await done, log.tries]).toEqual(['done', 2])
})

test('Work that fails for good is not repeated', async () => {
  const { log, work } = awayLog()
  log.problem = new Problem('forbidden')
  expect(await settled(new Retries(Infinity).run(0, never, work))).toBe('forbidden')
  expect(log.tries).toBe(1)
})

test('Only so much waits for one log: the rest is refused without a try, and other logs have room of their own', async () => {
  const retries = new Retries(2)
  const { log, work } = awayLog()
  const waiting = [retries.run(0, never, work), retries.run(0, never, work)]
  // It finds the room taken only after its try.
  expect(await settled(retries.run(0, never, work))).toBe('unavailable')
  expect(await settled(retries.run(0, never, work))).toBe('unavailable')
  expect(log.tries).toBe(3)
  expect(await retries.run(1, never, async () => 'other')).toBe('other')
  log.isBack = true
  expect(await Promise.all(waiting)).toEqual(['done', 'done'])
  expect(await retries.run(0, never, work)).toBe('done')
})

test('Whoever is over waits no longer', async () => {
  const over = new AbortController()
  const { work } = awayLog()
  const done = new Retries(Infinity).run(0, over.signal, work)
  over.abort()
  expect(await settled(done)).toBe('unavailable')
})
