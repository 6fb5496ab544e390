import { expect, test } from '@jest/globals'
import { ReadSize } from './readSize.ts'

/** What is tried by reads that fail or succeed so. */
async function sizes(max: number, outcomes: boolean[]): Promise<number[]> {
  const size = new ReadSize(max)
  const tried: number[] = []
  for (const isGood of outcomes) {
    await size
      .read(async (now) => {
        tried.push(now)
        if (!isGood) throw new Error('too large')
      })
      .catch(() => {})
  }
  return tried
}

test('A read that failed is tried half as large, and never with nothing', async () => {
  expect(
    await sizes(
      8,
      Array.from({ length: 6 }, () => false),
    ),
  ).toEqual([8, 4, 2, 1, 1, 1])
})

test('Reads that succeed grow again by little, up to where they began', async () => {
  const tried = await sizes(640, [false, ...Array.from({ length: 35 }, () => true)])
  expect([tried[1], tried[2], tried[32], tried[33], tried[35]]).toEqual([320, 330, 630, 640, 640])
})

test('A read that fails tells why, and one that succeeds what it found', async () => {
  const size = new ReadSize(8)
  await expect(size.read(() => Promise.reject(new Error('too large')))).rejects.toThrow('too large')
  expect(await size.read(async (now) => now)).toBe(4)
})
