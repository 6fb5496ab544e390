import { beforeEach, describe, expect, test } from '@jest/globals'
import { Cursor } from '../../contract/cursor.ts'
import { testSink } from '../../test/support/testSink.ts'
import { Channels, type Channel } from './channel.ts'
import type { Item } from './replayBuffer.ts'
import { Subscription } from './subscription.ts'

let table: Channels<Item>

beforeEach(() => {
  table = new Channels()
})

function join(...names: string[]): Subscription<Item> {
  const { channels } = table.take(names)
  const one = new Subscription<Item>(new Cursor('e1', 0), channels, {}, testSink('one', []))
  table.join(one)
  return one
}

/** These come, the log is asked for them, and it answers. */
const NO_HEADS = { channels: new Map(), lows: new Map() }
const HEADS = { channels: new Map([['a', 7]]), lows: new Map([['a', 3]]) }

function ready(...channels: Channel<Item>[]): void {
  table.coming(channels)
  for (const channel of table.takeUnasked(100)) table.ready(channel, 0, NO_HEADS)
}

const named = (channels: readonly Channel<Item>[]): string =>
  channels.map(({ name }) => name).join(' ')

describe('a table of channels', () => {
  test('says which channels are new, and knows the streams of each', () => {
    const one = join('a', 'b')
    const { channels, fresh } = table.take(['b', 'c'])
    expect([named(channels), named(fresh)]).toEqual(['b c', 'c'])
    const other = join('b', 'c')
    expect([table.size, table.names()]).toEqual([3, ['a', 'b', 'c']])
    expect(table.get('b')?.subscriptions).toEqual(new Set([one, other]))
    expect([table.get('d'), table.countNew(['a', 'd', 'e'])]).toEqual([undefined, 2])
  })

  test('asks for each channel once after its messages come, at most so many at a time', () => {
    join('a', 'b', 'c', 'd')
    expect([table.hasUnasked, table.takeUnasked(9)]).toEqual([false, []])
    const [a, b] = [table.get('a'), table.get('b')].filter((channel) => channel !== undefined)
    if (a !== undefined && b !== undefined) table.coming([a, b])
    expect([a?.state, table.get('c')?.state]).toEqual(['coming', 'subscribing'])
    table.coming()
    expect([table.hasUnasked, named(table.takeUnasked(3))]).toEqual([true, 'a b c'])
    expect([a?.state, table.get('d')?.state]).toEqual(['asked', 'coming'])
    expect([named(table.takeUnasked(3)), table.hasUnasked]).toEqual(['d', false])
  })

  test('asks again for a channel without an answer, unless it was forgotten or is another one by now', () => {
    const one = join('a', 'b')
    table.coming()
    const asked = table.takeUnasked(9)
    table.leave(one, 0)
    table.takeIdle(0)
    join('b')
    table.unanswered(asked)
    expect([table.hasUnasked, table.names(), table.get('b')?.state]).toEqual([
      false,
      ['b'],
      'subscribing',
    ])
    join('c')
    table.coming()
    const again = table.takeUnasked(9)
    table.unanswered(again)
    expect(again.map(({ state }) => state)).toEqual(['coming', 'coming'])
    expect(named(table.takeUnasked(9))).toBe('b c')
  })

  test('makes a channel ready only if it is the one that was asked for', () => {
    const one = join('a')
    table.coming()
    const [early] = table.takeUnasked(1)
    table.leave(one, 0)
    table.takeIdle(0)
    join('a')
    if (early !== undefined) table.ready(early, 20, HEADS)
    expect([early?.state, table.get('a')?.state]).toEqual(['asked', 'subscribing'])
    table.coming()
    const [channel] = table.takeUnasked(1)
    if (channel !== undefined) table.ready(channel, 20, HEADS)
    expect(channel).toMatchObject({ state: 'ready', from: 20, last: 20, head: 7, low: 3 })
  })

  test('skips a channel that comes after it was forgotten', () => {
    const one = join('a')
    const old = one.channels
    table.leave(one, 0)
    table.takeIdle(0)
    table.coming(old)
    expect([table.hasUnasked, table.size]).toEqual([false, 0])
  })

  test('forgets a ready channel some time after its last stream has left', () => {
    const [one, other, third] = [join('a', 'b'), join('b'), join('a')]
    table.coming()
    ready()
    table.leave(one, 100)
    table.leave(third, 200)
    expect(table.takeIdle(199)).toEqual([])
    expect(named(table.takeIdle(200))).toBe('a')
    expect(table.names()).toEqual(['b'])
    table.leave(other, 300)
    expect(named(table.takeIdle(1_000))).toBe('b')
    expect([table.size, table.takeIdle(1_000)]).toEqual([0, []])
  })

  test('forgets at once a channel that was never ready, whatever it waited for', () => {
    const streams = [join('a'), join('b'), join('c')]
    table.coming(streams[1]?.channels ?? [])
    table.coming(streams[2]?.channels ?? [])
    table.takeUnasked(1)
    for (const stream of streams) table.leave(stream, 100)
    expect(streams.map(({ channels }) => channels[0]?.state)).toEqual([
      'subscribing',
      'asked',
      'coming',
    ])
    expect(named(table.takeIdle(99))).toBe('a b c')
    table.coming()
    expect([table.size, table.hasUnasked]).toEqual([0, false])
  })

  test('keeps an idle channel only if it was ready for some time, and if there are not too many', () => {
    const options = { unsubscribeDelayMs: 30_000, crowdedAt: 3, minReadyMs: 5_000 }
    table.takeIdle(10_000, options)
    const [one, other] = [join('a', 'b'), join('c')]
    ready(...one.channels, ...other.channels)
    table.leave(one, 14_999)
    table.leave(other, 15_000)
    expect(named(table.takeIdle(15_000, options))).toBe('a b')
    expect([table.takeIdle(44_999, options), table.names()]).toEqual([[], ['c']])
    join('d', 'e', 'f')
    expect(named(table.takeIdle(44_999, options))).toBe('c')
  })

  test('leaves nothing behind if streams are opened one after the other', () => {
    const options = { unsubscribeDelayMs: 30_000, crowdedAt: 1e9, minReadyMs: 5_000 }
    let most = 0
    for (let at = 0; at < 800; at++) {
      const now = at * 25
      const names = Array.from({ length: 100 }, (_, index) => `c${at}-${index}`)
      const stream = join(...names)
      ready(...stream.channels)
      table.leave(stream, now)
      // Twice a second.
      if (at % 20 === 0) table.takeIdle(now, options)
      most = Math.max(most, table.size)
    }
    expect(most).toBeLessThanOrEqual(2_000)
  })

  test('keeps a channel that gets a stream again in time', () => {
    const one = join('a')
    ready(...one.channels)
    table.leave(one, 100)
    const back = join('a')
    expect([back.channels, table.takeIdle(1_000)]).toEqual([one.channels, []])
    expect(table.get('a')?.state).toBe('ready')
  })

  test('lets a stream leave once', () => {
    const one = join('a')
    ready(...one.channels)
    table.leave(one, 100)
    table.leave(one, 900)
    expect(named(table.takeIdle(100))).toBe('a')
    table.leave(one, 100)
    expect(table.takeIdle(999)).toEqual([])
  })

  test('that is cleared returns every stream once, and holds nothing for those that leave later', () => {
    const [one, other] = [join('a', 'b'), join('b')]
    table.coming(other.channels)
    expect(table.clear()).toEqual(new Set([one, other]))
    expect([table.size, table.hasUnasked, table.clear()]).toEqual([0, false, new Set()])
    join('a')
    table.leave(one, 0)
    expect([table.takeIdle(9), table.names()]).toEqual([[], ['a']])
  })
})
