import { expect, test } from '@jest/globals'
import { messageIds } from './messageIds.ts'

/** More than share their random bytes. */
const COUNT = 10_000

test('Ids are UUIDs v7 of now, and no two are the same, also of two makers', () => {
  const before = Date.now()
  const makers = [messageIds(), messageIds()]
  const ids = Array.from({ length: COUNT }, () => makers.map((next) => next())).flat()
  const after = Date.now()
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    const time = Number.parseInt(id.slice(0, 13).replace('-', ''), 16)
    expect(time).toBeGreaterThanOrEqual(before)
    expect(time).toBeLessThanOrEqual(after)
  }
  expect(new Set(ids).size).toBe(ids.length)
  // Beyond their times: no two share their random part.
  expect(new Set(ids.map((id) => id.slice(15))).size).toBe(ids.length)
})
