import { expect, test } from '@jest/globals'
import { dayName } from './times.ts'

const now = new Date(2026, 10, 21, 0, 30)

test.each([
  [new Date(2026, 10, 21, 23, 59), 'Today'],
  [new Date(2026, 10, 20, 0, 0), 'Yesterday'],
])('%s is called %s', (date, name) => {
  expect(dayName(date, now)).toBe(name)
})

test('an earlier day has a date, and the year where it is another', () => {
  expect(dayName(new Date(2026, 10, 19), now)).toContain('19')
  expect(dayName(new Date(2026, 10, 19), now)).not.toContain('2026')
  expect(dayName(new Date(2025, 10, 19), now)).toContain('2025')
})
