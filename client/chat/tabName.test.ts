import { expect, test } from '@jest/globals'
import { tabName } from './tabName.ts'

function memory() {
  const items = new Map<string, string>()
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  }
}

test('A tab keeps its name over a reload, and another tab has another', () => {
  const storage = memory()
  const name = tabName(storage)
  expect(name).toMatch(/^[0-9a-f]{32}$/)
  expect(tabName(storage)).toBe(name)
  expect(tabName(memory())).not.toBe(name)
})

function denied(): never {
  throw new Error('denied')
}

test.each([undefined, { getItem: denied, setItem: denied }])(
  'Without storage a tab has a name too',
  (storage) => {
    expect(tabName(storage)).toMatch(/^[0-9a-f]{32}$/)
  },
)
