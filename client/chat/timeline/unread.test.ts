import { expect, test } from '@jest/globals'
import { Unread } from './unread.ts'

test('The line stands where the reader had come to, and does not move while they read', () => {
  const unread = new Unread()
  unread.found({ position: 7, unread: 3 })
  unread.found({ position: 12, unread: 1 })
  expect(unread.after).toBe(7)
})

test('There is none if everything was read, or the channel is new to the reader', () => {
  const [read, other] = [new Unread(), new Unread()]
  read.found({ position: 7, unread: 0 })
  other.found(undefined)
  expect([read.after, other.after]).toEqual([undefined, undefined])
})

test('The reader is led to the first new message only if it is not loaded', () => {
  const unread = new Unread()
  expect(unread.countBefore(5)).toBe(0)
  unread.found({ position: 7, unread: 3 })
  expect([undefined, 7, 8, 9].map((oldest) => unread.countBefore(oldest))).toEqual([0, 0, 0, 3])
  unread.hide()
  expect(unread.countBefore(9)).toBe(0)
})
