import { expect, test } from '@jest/globals'
import { openConnections } from '../../test/support/testConnections.ts'
import { turn } from '../../test/support/testSocket.ts'
import { FirstToEnd } from './firstToEnd.ts'

const all = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ endsAt: (at * 7_919) % count }))

test('The items that end first come first, through several choices', () => {
  const left = new Set(all(5_000))
  const first = new FirstToEnd(left)
  const ends = Array.from({ length: 5_000 }, () => {
    const item = first.next((each) => left.has(each))
    if (item !== undefined) left.delete(item)
    return item?.endsAt
  })
  expect(ends).toEqual(Array.from({ length: 5_000 }, (_, at) => at))
})

test('What it chose is kept until it is cleared', () => {
  const left = new Set([{ endsAt: 5 }, { endsAt: 6 }])
  const first = new FirstToEnd(left)
  left.delete(first.next(() => true) ?? { endsAt: 0 })
  left.add({ endsAt: 1 })
  first.clear()
  expect(first.next(() => true)).toEqual({ endsAt: 1 })
})

test('Of many that end at once each is given out, and none if none is wanted', () => {
  const first = new FirstToEnd(Array.from({ length: 3_000 }, () => ({ endsAt: 1 })))
  expect(first.next(() => false)).toBeUndefined()
  expect(first.next(() => true)).toEqual({ endsAt: 1 })
  expect(new FirstToEnd([]).next(() => true)).toBeUndefined()
})

test('Streams that move end with their id and a time to come back, those first that would end first', async () => {
  const { connections, counts, openMany, clock, hub } = openConnections()
  const old = openMany(20)
  clock.pass(1_800_000)
  const young = openMany(20)
  connections.move(20)
  await turn()
  expect(old.every(({ text }) => text.endsWith('"moved"}\nid:e1-0\n\n'))).toBe(true)
  expect(old[0]?.text).toContain('retry:1500\nevent:goodbye')
  expect(young.some(({ text }) => text.includes('goodbye'))).toBe(false)
  expect([connections.size, counts.get('moved')]).toEqual([20, 20])
  expect(hub.channels.get('a')?.subscriptions.size).toBe(20)
  connections.move(30)
  expect(connections.size).toBe(0)
})

test('A stream without its ready does not move', () => {
  const { connections, openMany } = openConnections({ isReady: false })
  openMany(3)
  connections.move(3)
  expect(connections.size).toBe(3)
})
