import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { SharedReads } from './sharedReads.ts'

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] })
})
afterEach(() => {
  jest.useRealTimers()
})

const settled = () => new Promise(setImmediate)
const always = () => true
const never = () => false

/** Reads that end when the test says so; `begun` has their keys. */
function reads(maxRunning = 2, maxKept = 10) {
  const shared = new SharedReads(maxRunning, maxKept)
  const begun: string[] = []
  const ends: { resolve: (answer: string) => void; reject: (error: Error) => void }[] = []
  const once = (key: string, keepMs = 0, isWanted = always): Promise<string> =>
    shared.once(key, keepMs, isWanted, () => {
      begun.push(key)
      return new Promise((resolve, reject) => ends.push({ resolve, reject }))
    })
  return { once, begun, ends }
}

test('Readers of the same share one read, and readers of others have their own', async () => {
  const { once, begun, ends } = reads()
  const answers = [once('a'), once('a'), once('b')]
  await settled()
  expect(begun).toEqual(['a', 'b'])
  ends[0]?.resolve('A')
  ends[1]?.resolve('B')
  expect(await Promise.all(answers)).toEqual(['A', 'A', 'B'])
})

test('Only so many reads run at once, in the order of asking', async () => {
  const { once, begun, ends } = reads(2)
  const answers = ['a', 'b', 'c'].map((key) => once(key))
  await settled()
  expect(begun).toEqual(['a', 'b'])
  ends[1]?.resolve('B')
  await settled()
  expect(begun).toEqual(['a', 'b', 'c'])
  ends[0]?.resolve('A')
  ends[2]?.resolve('C')
  expect(await Promise.all(answers)).toEqual(['A', 'B', 'C'])
})

test('An answer is read again by those who ask later, unless it is kept', async () => {
  const { once, begun, ends } = reads()
  const first = once('a', 0)
  await settled()
  ends[0]?.resolve('A')
  await first
  await settled()
  void once('a', 0)
  await settled()
  expect(begun).toEqual(['a', 'a'])
})

test('An answer that is kept serves others for so long, and not longer', async () => {
  const { once, begun, ends } = reads()
  const first = once('a', 100)
  await settled()
  ends[0]?.resolve('A')
  await first
  await settled()
  jest.advanceTimersByTime(99)
  expect(await once('a', 100)).toBe('A')
  expect(begun).toEqual(['a'])
  jest.advanceTimersByTime(1)
  void once('a', 100)
  await settled()
  expect(begun).toEqual(['a', 'a'])
})

test('No more answers are kept than may be', async () => {
  const { once, begun, ends } = reads(3, 2)
  const answers = ['a', 'b', 'c'].map((key) => once(key, 1_000))
  await settled()
  for (const { resolve } of ends) resolve('x')
  await Promise.all(answers)
  await settled()
  for (const key of ['a', 'b', 'c']) void once(key, 1_000)
  await settled()
  // The first answer found three, one too many; the two others are kept.
  expect(begun).toEqual(['a', 'b', 'c', 'a'])
})

test('A read that failed fails for all who asked, and is made again for those who ask later', async () => {
  const { once, begun, ends } = reads()
  const answers = [once('a', 1_000), once('a', 1_000)].map((answer) =>
    answer.catch((error: Error) => error.message),
  )
  await settled()
  ends[0]?.reject(new Error('no database'))
  expect(await Promise.all(answers)).toEqual(['no database', 'no database'])
  await settled()
  const again = once('a')
  await settled()
  ends[1]?.resolve('A')
  expect([await again, begun]).toEqual(['A', ['a', 'a']])
})

test('A read that nobody wants any more when its turn comes is not made, and gives its turn back', async () => {
  const { once, begun, ends } = reads(1)
  const first = once('a')
  const left = [once('b', 0, never), once('b', 0, never)].map((answer) =>
    answer.catch((error: Error) => error.message),
  )
  const next = once('c')
  await settled()
  ends[0]?.resolve('A')
  expect(await first).toBe('A')
  const nobody = 'nobody waits for it any more'
  expect(await Promise.all(left)).toEqual([nobody, nobody])
  await settled()
  expect(begun).toEqual(['a', 'c'])
  ends[1]?.resolve('C')
  expect(await next).toBe('C')
})

test('A read that is wanted by the last of those who asked is made for all', async () => {
  const { once, begun, ends } = reads(1)
  const first = once('a')
  const answers = [once('b', 0, never), once('b', 0, always)]
  await settled()
  ends[0]?.resolve('A')
  await first
  await settled()
  expect(begun).toEqual(['a', 'b'])
  ends[1]?.resolve('B')
  expect(await Promise.all(answers)).toEqual(['B', 'B'])
})
