import { beforeEach, describe, expect, test } from '@jest/globals'
import { ChannelTable } from './channelTable.ts'
import type { Item } from './ring.ts'
import { Subscriber, type Sink } from './subscriber.ts'

const nowhere = (): void => {}
const sink: Sink<Item> = {
  ready: nowhere,
  send: nowhere,
  gap: nowhere,
  reset: nowhere,
  end: nowhere,
  drained: () => Promise.resolve(),
}
const stream = (...channels: string[]): Subscriber<Item> => new Subscriber(channels, {}, sink)

let table: ChannelTable<Item>

beforeEach(() => {
  table = new ChannelTable()
})

describe('a table', () => {
  test('names the channels that are new, and knows who is on each', () => {
    const [one, other] = [stream('a', 'b'), stream('b', 'c')]
    expect(table.add(one)).toEqual(['a', 'b'])
    expect(table.add(other)).toEqual(['c'])
    expect([table.size, table.names().sort()]).toEqual([3, ['a', 'b', 'c']])
    expect(table.get('b')?.members).toEqual(new Set([one, other]))
    expect(table.get('d')).toBe(undefined)
  })

  test('knows which are yet to be subscribed', () => {
    table.add(stream('a', 'b', 'c'))
    table.setState('a', 'activating')
    table.setState('b', 'ready')
    expect(table.subscribing()).toEqual(['c'])
    table.setState('a', 'subscribing')
    table.setState('b', 'subscribing')
    expect(table.subscribing().sort()).toEqual(['a', 'b', 'c'])
    expect(table.setState('nobody', 'ready')).toBe(undefined)
  })

  test('forgets a channel some time after its last stream has left', () => {
    const [one, other, third] = [stream('a', 'b'), stream('b'), stream('a')]
    for (const each of [one, other, third]) table.add(each)
    table.remove(one, 100)
    table.remove(third, 200)
    expect(table.takeAbandoned(199)).toEqual([])
    expect(table.takeAbandoned(200)).toEqual(['a'])
    expect(table.names()).toEqual(['b'])
    table.remove(other, 300)
    expect(table.takeAbandoned(1_000)).toEqual(['b'])
    expect([table.size, table.subscribing()]).toEqual([0, []])
  })

  test('keeps a channel to which somebody comes back in time', () => {
    const [one, back] = [stream('a'), stream('a')]
    table.add(one)
    table.setState('a', 'ready')
    table.remove(one, 100)
    expect(table.add(back)).toEqual([])
    expect([table.takeAbandoned(1_000), table.get('a')?.state]).toEqual([[], 'ready'])
  })

  test('lets a stream leave once, and nobody who is not there', () => {
    const [one, other] = [stream('a'), stream('a')]
    table.add(one)
    table.get('a')?.live.add(one)
    table.remove(other, 50)
    table.remove(one, 100)
    table.remove(one, 900)
    expect(table.get('a')?.live.size).toBe(0)
    expect(table.takeAbandoned(100)).toEqual(['a'])
    table.remove(one, 100)
    expect(table.takeAbandoned(999)).toEqual([])
  })

  test('that is cleared gives every stream once', () => {
    const [one, other] = [stream('a', 'b'), stream('b')]
    table.add(one)
    table.add(other)
    expect(table.clear()).toEqual(new Set([one, other]))
    expect([table.size, table.subscribing(), table.clear()]).toEqual([0, [], new Set()])
  })
})
