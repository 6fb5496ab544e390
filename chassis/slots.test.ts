import { expect, test } from '@jest/globals'
import { Slots, type Slotted } from './slots.ts'

interface Named extends Slotted<Named> {
  name: string
}

const item = (name: string): Named => ({ name, before: undefined, after: undefined })

/** The names that are visited by `now`. */
function visited(slots: Slots<Named>, now: number): string[] {
  const names: string[] = []
  slots.visit(now, (one) => {
    names.push(one.name)
    slots.delete(one)
  })
  return names
}

test('An item that is due is visited in its slot, once', () => {
  const slots = new Slots<Named>(100)
  slots.add(item('late'), 301)
  slots.add(item('first'), 1)
  slots.add(item('also first'), 100)
  expect(visited(slots, 99)).toEqual([])
  expect(visited(slots, 100)).toEqual(['first', 'also first'])
  expect(visited(slots, 399)).toEqual([])
  expect(visited(slots, 1_000)).toEqual(['late'])
  expect([...slots]).toEqual([])
})

test('An item added for a time that has been visited is visited next', () => {
  const slots = new Slots<Named>(100)
  slots.visit(1_000, () => {})
  slots.add(item('one'), 5)
  expect(visited(slots, 1_100)).toEqual(['one'])
})

test('An item added again while it is visited keeps its slot, also for a time that is over', () => {
  const slots = new Slots<Named>(100)
  const times: number[] = []
  slots.add(item('one'), 100)
  for (let now = 0; now <= 1_000; now += 100) {
    slots.visit(now, (one) => {
      times.push(now)
      slots.add(one, now < 500 ? now + 150 : now)
    })
  }
  expect(times).toEqual([100, 300, 500, 600, 700, 800, 900, 1_000])
})

test('An item added again before it is due stands in its new slot only', () => {
  const slots = new Slots<Named>(100)
  const one = item('one')
  slots.add(one, 100)
  slots.add(item('two'), 100)
  slots.add(one, 300)
  expect([visited(slots, 200), visited(slots, 300), [...slots]]).toEqual([['two'], ['one'], []])
})

test('A deleted item is not visited, also if another item of its slot deletes it', () => {
  const slots = new Slots<Named>(100)
  const [one, two] = [item('one'), item('two')]
  slots.add(one, 50)
  slots.add(two, 60)
  const names: string[] = []
  slots.visit(100, ({ name }) => {
    names.push(name)
    slots.delete(one)
    expect(slots.delete(two)).toBe(true)
  })
  expect(names).toEqual(['one'])
  expect(slots.delete(two)).toBe(false)
})

test('All items can be iterated, and deleted on the way', () => {
  const slots = new Slots<Named>(100)
  for (const [name, at] of [
    ['a', 100],
    ['b', 900],
    ['c', 100],
  ] as const)
    slots.add(item(name), at)
  const names: string[] = []
  for (const one of slots) {
    names.push(one.name)
    slots.delete(one)
  }
  expect([names, [...slots]]).toEqual([['a', 'c', 'b'], []])
})
