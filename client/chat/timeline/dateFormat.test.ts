import { expect, test } from '@jest/globals'
import { clockTime, dayName, fullTime } from './dateFormat.ts'

const now = new Date(2026, 10, 21, 0, 30)
const dateOf = (date: Date) => date.getDate().toString()

test.each([
  [new Date(2026, 10, 21, 0, 0), 'Today'],
  [new Date(2026, 10, 21, 23, 59, 59, 999), 'Today'],
  [new Date(2026, 10, 20, 0, 0), 'Yesterday'],
  [new Date(2026, 10, 20, 23, 59, 59, 999), 'Yesterday'],
])('The day of %s is called %s', (date, name) => {
  expect(dayName(date, now)).toBe(name)
})

test.each([
  new Date(2026, 10, 19, 23, 59, 59, 999),
  new Date(2026, 10, 22, 0, 0),
  new Date(2026, 9, 21),
])('The day of %s is called by its date, without the year', (date) => {
  expect(dayName(date, now)).toContain(dateOf(date))
  expect(dayName(date, now)).not.toContain('2026')
  expect(dayName(date, now)).toContain(date.toLocaleDateString(undefined, { weekday: 'long' }))
})

test('A day of another year is called by its date with the year', () => {
  expect(dayName(new Date(2025, 10, 21), now)).toMatch(/21.*2025/)
})

test('A time is shown by hour and minute, and in full with its date and seconds', () => {
  const date = new Date(2026, 10, 5, 9, 7, 3)
  expect(clockTime(date)).toMatch(/09.07/)
  expect(clockTime(date)).not.toMatch(/03/)
  expect(fullTime(date)).toMatch(/5.*2026.*9.07.03/)
})
