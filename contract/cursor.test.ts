import { expect, test } from '@jest/globals'
import { Cursor } from './cursor.ts'
import { parseEventId } from './eventId.ts'

test('a cursor covers everything up to its position', () => {
  const cursor = new Cursor('e1', 10)
  expect([9, 10, 11].map((position) => cursor.covers(position))).toEqual([true, true, false])
})

test('a cursor is written as the id that resumes at it', () => {
  expect(parseEventId(new Cursor('e1', 10).toString())).toEqual({ epoch: 'e1', position: 10 })
})
