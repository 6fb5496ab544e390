import { expect, test } from '@jest/globals'
import { Identity } from './identity.ts'
import { isSenderId, isSenderName } from '../../../contract/sender.ts'

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
  expect(isSenderId(a.id)).toBe(true)
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

test('A name is cleaned as the service needs it, and can be percent-encoded', () => {
  const identity = new Identity(memory())
  identity.rename(` Ca\u0000r\nol \uD83D${'🙂'.repeat(70)}`)
  expect(identity.sender.name).toBe(`Ca r ol \uFFFD${'🙂'.repeat(55)}`)
  expect(isSenderName(identity.sender.name)).toBe(true)
  expect(() => encodeURIComponent(identity.sender.name)).not.toThrow()
})

test('A guest keeps the same name after a reload', () => {
  const storage = memory()
  const first = new Identity(storage).sender
  expect(first.name).toBe(`Guest ${first.id.slice(0, 4)}`)
  expect(new Identity(storage).sender).toEqual(first)
})

/** The sender of a browser that has stored this name. */
function stored(name: string) {
  const storage = memory()
  storage.setItem('causeway.name', name)
  return new Identity(storage).sender
}

test('A stored name that the service would refuse is cleaned, or replaced by the name of a guest', () => {
  expect(stored(' Ca\nrol').name).toBe('Ca rol')
  expect(stored('\n').name).toMatch(/^Guest /)
})
