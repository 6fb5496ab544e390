import { describe, expect, test } from '@jest/globals'
import { cleanSenderName, isSenderId, isSenderName, MAX_SENDER_NAME } from './sender.ts'

const ASTRONAUT = '\u{1f469}\u200d\u{1f680}'

describe('the id of a sender', () => {
  test.each(['a', 'a.b@c-d_1', 'x'.repeat(64)])('may be %j', (id) => {
    expect(isSenderId(id)).toBe(true)
  })

  test.each(['', 'a b', 'a,b', 'ä', 'x'.repeat(65)])('may not be %j', (id) => {
    expect(isSenderId(id)).toBe(false)
  })
})

describe('the name of a sender', () => {
  test.each(['Alice Bär', ' a ', '😀'.repeat(64), ASTRONAUT.repeat(21)])('may be %j', (name) => {
    expect(isSenderName(name)).toBe(true)
    expect(cleanSenderName(name)).toBe(name.trim())
  })

  test.each([
    ['', ''],
    ['  ', ''],
    ['a\0b', 'a b'],
    ['a\nb\r\nc', 'a b c'],
    ['a\u2028\u2029b', 'a b'],
    ['a'.repeat(65), 'a'.repeat(64)],
    ['😀'.repeat(65), '😀'.repeat(64)],
    [`${'a'.repeat(63)} b`, 'a'.repeat(63)],
  ])('may not be %j, and is cleaned to %j', (name, clean) => {
    expect(isSenderName(name)).toBe(false)
    expect(cleanSenderName(name)).toBe(clean)
  })

  test('counts code points, so that half an emoji never remains', () => {
    const clean = cleanSenderName('x😀'.repeat(100))
    expect([Array.from(clean).length, clean.isWellFormed()]).toEqual([MAX_SENDER_NAME, true])
  })
})
