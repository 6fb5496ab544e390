import { expect, test } from '@jest/globals'
import { within } from './deadline.ts'

test('Work that ends in time gives its value or its error', async () => {
  await expect(within(60_000, 'work', Promise.resolve(1))).resolves.toBe(1)
  await expect(within(60_000, 'work', Promise.reject(new Error('bad')))).rejects.toThrow('bad')
})

test('Work that takes too long is named, and its later failure harms nobody', async () => {
  let fail: ((error: Error) => void) | undefined
  const work = new Promise<never>((_, reject) => (fail = reject))
  await expect(within(1, 'the work', work)).rejects.toThrow('the work took longer than 1 ms')
  fail?.(new Error('too late'))
})
