import { afterEach, beforeEach, jest } from '@jest/globals'
import { type FakeRequest, fakeFetch, settled } from './fetchFixture.ts'

/**
 * For all tests of a file: time that passes only by `passes`, waits at their longest, and requests in the place of `fetch`. What
 * is given to `endLater` is called after the test.
 */
export function fakeTime() {
  const requests: FakeRequest[] = []
  const ends: (() => void)[] = []
  let fake: ReturnType<typeof fakeFetch>
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] })
    jest.spyOn(Math, 'random').mockReturnValue(1)
    fake = fakeFetch(requests)
  })
  afterEach(() => {
    for (const end of ends.splice(0)) end()
    jest.restoreAllMocks()
    jest.useRealTimers()
  })
  return {
    requests,
    newest: () => fake.newest(),
    endLater: (end: () => void) => void ends.push(end),
    passes: async (ms: number): Promise<void> => {
      jest.advanceTimersByTime(ms)
      await settled()
    },
  }
}
