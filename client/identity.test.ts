import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { Identity, MAX_NAME_LENGTH, cleanName } from './identity.ts'
import { readSender } from '../chassis/auth.ts'
import { Problem } from '../contract/problem.ts'

function memory(): Pick<Storage, 'getItem' | 'setItem'> {
  const items = new Map<string, string>()
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => items.set(key, value),
  }
}

test('A browser keeps its id and its name', () => {
  const storage = memory()
  const first = new Identity(storage)
  first.rename('Carol')
  expect(new Identity(storage).sender).toEqual({ id: first.sender.id, name: 'Carol' })
})

test('Two browsers have different ids, which the service accepts', () => {
  const [a, b] = [new Identity(memory()).sender, new Identity(memory()).sender]
  expect(a.id).not.toBe(b.id)
  expect(a.id).toMatch(/^[A-Za-z0-9_.@-]{1,64}$/)
})

test('A guest has a name, and an empty name restores it', () => {
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

test('A browser that denies storage has an id and a name all the same', () => {
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
])('The name %j is kept as %j', (given, kept) => {
  expect(cleanName(given)).toBe(kept)
  expect(() => encodeURIComponent(cleanName(given))).not.toThrow()
})

test('A guest keeps the same name after a reload', () => {
  const storage = memory()
  const first = new Identity(storage).sender
  expect(first.name).toBe(`Guest ${first.id.slice(0, 4)}`)
  expect(new Identity(storage).sender).toEqual(first)
})

test('A stored name that the service would refuse is cleaned, or replaced by the name of a guest', () => {
  const stored = (name: string) => {
    const storage = memory()
    storage.setItem('causeway.name', name)
    return new Identity(storage).sender
  }
  expect(stored(' Ca\nrol').name).toBe('Ca rol')
  expect(stored('\n').name).toMatch(/^Guest /)
})

test('The name field takes as many characters as the service does', () => {
  const page = readFileSync(new URL('index.html', import.meta.url), 'utf8')
  const input = /<input id="name"[^>]*>/.exec(page)?.[0]
  expect(input).toContain(`maxlength="${MAX_NAME_LENGTH}"`)
  const header = (length: number) => ({
    'causeway-sender': 'x',
    'causeway-sender-name': 'x'.repeat(length),
  })
  expect(readSender(header(MAX_NAME_LENGTH)).name).toHaveLength(MAX_NAME_LENGTH)
  expect(() => readSender(header(MAX_NAME_LENGTH + 1))).toThrow(Problem)
})
