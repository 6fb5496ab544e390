import { randomBytes } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { Seal } from './seal.ts'

const seal = new Seal(randomBytes(32))
const sealed = seal.seal('a', 'straße')

test('a sealed text opens with its key and for its purpose only', () => {
  expect(seal.open('a', sealed)).toBe('straße')
  expect(seal.open('b', sealed)).toBeUndefined()
  expect(new Seal(randomBytes(32)).open('a', sealed)).toBeUndefined()
})

test('a sealed text never looks the same twice, and is safe in cookies and addresses', () => {
  expect(seal.seal('a', 'straße')).not.toBe(sealed)
  expect(sealed).toMatch(/^[\w-]+$/)
})

test('a sealed text in which any byte was changed does not open', () => {
  const bytes = Buffer.from(sealed, 'base64url')
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(seal.open('a', changed.toString('base64url'))).toBeUndefined()
  }
})

test.each(['', 'x', sealed.slice(0, -8)])('"%s" does not open', (text) => {
  expect(seal.open('a', text)).toBeUndefined()
})
