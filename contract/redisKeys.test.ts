import { describe, expect, test } from '@jest/globals'
import { formatBeacon, parseBeacon, RedisKeys } from './redisKeys.ts'

describe('the names of a log', () => {
  const keys = new RedisKeys('causeway', 3)
  const names = {
    beacon: keys.beacon,
    head: keys.head('e1'),
    recent: keys.recent('e1', 'rooms.berlin'),
    live: keys.live('e1', 'rooms.berlin'),
  }

  test('all carry one hash tag, and so one cluster slot', () => {
    for (const name of Object.values(names)) expect(/\{(.*?)\}/.exec(name)?.[1]).toBe('3')
  })

  test('are different from one another, in each epoch, log and prefix', () => {
    const others = [new RedisKeys('causeway', 4), new RedisKeys('other', 3)].flatMap((other) => [
      other.beacon,
      other.head('e1'),
      other.recent('e1', 'rooms.berlin'),
      other.live('e1', 'rooms.berlin'),
    ])
    const later = [keys.head('e2'), keys.recent('e2', 'rooms.berlin'), keys.live('e2', 'head')]
    const all = [...Object.values(names), ...others, ...later]
    expect(new Set(all).size).toBe(all.length)
  })

  test('of live channels end in the channel', () => {
    expect(names.live).toBe(`${keys.livePrefix('e1')}rooms.berlin`)
  })
})

describe('a beacon', () => {
  test.each([
    { epoch: 'a1b2c3d4', head: 42, floor: 7 },
    { epoch: '0', head: 0, floor: 0 },
    { epoch: 'e', head: Number.MAX_SAFE_INTEGER, floor: Number.MAX_SAFE_INTEGER },
  ])('comes back as it was: %j', (beacon) => {
    expect(parseBeacon(formatBeacon(beacon))).toEqual(beacon)
  })

  test.each(['', 'e1', 'e1 1', 'e1 1 ', 'e1 1 2 3', ' e1 1 2', 'E1 1 2', 'e1 -1 2', 'e1 1.5 2'])(
    'is not %j',
    (text) => {
      expect(parseBeacon(text)).toBe(undefined)
    },
  )
})
