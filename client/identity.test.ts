import { expect, test } from '@jest/globals'
import { Identity, cleanName } from './identity.ts'

function memory(): Pick<Storage, 'getItem' | 'setItem'> {
  const items = new Map<string, string>()
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => items.set(key, value),
  }
}

test('a browser keeps its id and its name', () => {
  const storage = memory()
  const first = new Identity(storage)
  first.rename('Carol')
  expect(new Identity(storage).sender).toEqual({ id: first.sender.id, name: 'Carol' })
})

test('two browsers have different ids, which the service accepts', () => {
  const [a, b] = [new Identity(memory()).sender, new Identity(memory()).sender]
  expect(a.id).not.toBe(b.id)
  expect(a.id).toMatch(/^[A-Za-z0-9_.@-]{1,64}$/)
})

test('a guest has a name, and gets it back', () => {
  const identity = new Identity(memory())
  const guest = identity.sender.name
  expect(guest).toMatch(/^Guest /)
  identity.rename('Carol')
  identity.rename('   ')
  expect(identity.sender.name).toBe(guest)
})

function denied(): never {
  throw new Error('denied')
}

test('a browser that denies storage is somebody all the same', () => {
  const identity = new Identity({ getItem: denied, setItem: denied })
  identity.rename('Carol')
  expect(identity.sender.name).toBe('Carol')
  expect(new Identity(undefined).sender.id).not.toBe('')
})

test.each([
  ['  Carol ', 'Carol'],
  ['Ca\u0000r\nol', 'Ca r ol'],
  ['<b>Mallory</b>', '<b>Mallory</b>'],
  ['x'.repeat(70), 'x'.repeat(64)],
  [`${'x'.repeat(63)}🙂`, 'x'.repeat(63)],
  ['Ca\u2028rol', 'Ca rol'],
  ['half \uD83D', 'half \uFFFD'],
])('the name %j is kept as %j', (given, kept) => {
  expect(cleanName(given)).toBe(kept)
  expect(() => encodeURIComponent(cleanName(given))).not.toThrow()
})
