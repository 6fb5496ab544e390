import { expect, test } from '@jest/globals'
import { People, handleOf } from './people.ts'

test.each([
  [{ id: 'user:alice', name: 'Alice Miller' }, 'alice'],
  [{ id: 'guest:7', name: 'Zoë van Dam' }, 'ZoëvanDam'],
  [{ id: '6f1d', name: 'Guest 6f1d' }, 'Guest6f1d'],
])('The handle of %j is %s', (sender, handle) => {
  expect(handleOf(sender)).toBe(handle)
})

test('People are found by the beginning of a word of their name or handle, the last one seen first', () => {
  const people = new People()
  people.see({ id: 'user:am', name: 'Alice Miller' })
  people.see({ id: 'user:bob', name: 'Bob Amsel' })
  people.see({ id: 'user:eve', name: 'Eve' })
  const found = (text: string) => people.find(text, 2).map(({ id }) => id)
  expect(found('am')).toEqual(['user:bob', 'user:am'])
  expect(found('MILL')).toEqual(['user:am'])
  expect(found('iller')).toEqual([])
  people.see({ id: 'user:am', name: 'Alice Miller' })
  expect(found('')).toEqual(['user:am', 'user:eve'])
})

test('A person who was not seen is called by their id, and a crowd is forgotten', () => {
  const people = new People()
  for (let number = 1; number <= 501; number += 1) {
    people.see({ id: `user:u${number}`, name: `Number ${number}` })
  }
  expect(['user:u1', 'user:u2', 'nobody'].map((id) => people.name(id))).toEqual([
    'u1',
    'Number 2',
    'nobody',
  ])
})
