import { expect, test } from '@jest/globals'
import { ReadSize } from './readSize.ts'

test('a read that fails is tried half as large, and never with nothing', () => {
  const size = new ReadSize(8)
  const seen = Array.from({ length: 6 }, () => {
    size.failed()
    return size.bytes
  })
  expect(seen).toEqual([4, 2, 1, 1, 1, 1])
})

test('reads that succeed grow again, up to where they began', () => {
  const size = new ReadSize(640)
  size.failed()
  const seen = Array.from({ length: 34 }, () => {
    size.succeeded()
    return size.bytes
  })
  expect([seen[0], seen[1], seen[31], seen[32], seen[33]]).toEqual([330, 340, 640, 640, 640])
})
