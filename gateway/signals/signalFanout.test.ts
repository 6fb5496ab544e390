import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Listener } from '../presence/attended.ts'
import { SignalFanout } from './signalFanout.ts'

let now: number
let sent: number
let dropped: Record<string, number>
let fanout: SignalFanout

beforeEach(() => {
  now = 0
  sent = 0
  dropped = { slow: 0, late: 0 }
  fanout = new SignalFanout({
    now: () => now,
    onSent: () => void sent++,
    onDropped: (reason) => void (dropped[reason] = (dropped[reason] ?? 0) + 1),
  })
})

function listen(channel: string, isFull = false): string[] {
  const heard: string[] = []
  const listener: Listener = { tell: (text) => !isFull && heard.push(text) > 0 }
  fanout.join(channel, listener)
  return heard
}

describe('a signal', () => {
  test('is one event without an id, for each stream of its channel', () => {
    const [one, two, other] = [listen('a'), listen('a'), listen('b')]
    fanout.add('a', '{"n":"\u2028"}')
    fanout.tell(100)
    expect(one).toEqual(['event:signal\ndata:{"n":"\\u2028"}\n\n'])
    expect([two, other]).toEqual([one, []])
  })

  test('is written to so many streams at a time, and to the others later', () => {
    const all = Array.from({ length: 25 }, () => listen('a'))
    const told = (): number => all.filter(({ length }) => length > 0).length
    fanout.add('a', '{}')
    expect([fanout.tell(10), told()]).toEqual([0, 10])
    expect([fanout.tell(10), told()]).toEqual([0, 20])
    expect([fanout.tell(10), told()]).toEqual([5, 25])
  })

  test('is dropped for a stream that takes nothing, for all if it waits too long, and if too many wait', () => {
    const heard = listen('a')
    listen('a', true)
    fanout.add('a', '1')
    fanout.tell(10)
    expect([heard.length, sent, dropped]).toEqual([1, 1, { slow: 1, late: 0 }])
    fanout.add('a', '2')
    now = 3_000
    fanout.tell(10)
    expect([heard.length, dropped]).toEqual([1, { slow: 1, late: 1 }])
    for (let n = 0; n < 600; n++) fanout.add('a', '3')
    expect(dropped).toEqual({ slow: 1, late: 101 })
  })

  test('of a channel without a stream costs nothing, and streams leave', () => {
    fanout.add('a', '1')
    const listener: Listener = { tell: () => true }
    expect([fanout.join('a', listener), fanout.join('a', { tell: () => true })]).toEqual([
      true,
      false,
    ])
    expect([fanout.leave('a', listener), fanout.leave('a', listener)]).toEqual([false, false])
    expect([fanout.tell(5), sent]).toEqual([5, 0])
  })
})
