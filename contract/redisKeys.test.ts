import { describe, expect, test } from '@jest/globals'
import { RedisKeys } from './redisKeys.ts'

describe('the names of a log', () => {
  const keys = new RedisKeys('causeway', 3)
  const names = {
    watermark: keys.watermark,
    extent: keys.extent('e1'),
    recent: keys.recent('e1', 'rooms.berlin'),
    live: keys.live('e1', 'rooms.berlin'),
  }

  test('all carry one hash tag, and so one cluster slot', () => {
    for (const name of Object.values(names)) expect(/\{(.*?)\}/.exec(name)?.[1]).toBe('3')
  })

  test('are different from one another, in each epoch, log and prefix', () => {
    const others = [new RedisKeys('causeway', 4), new RedisKeys('other', 3)].flatMap((other) => [
      other.watermark,
      other.extent('e1'),
      other.recent('e1', 'rooms.berlin'),
      other.live('e1', 'rooms.berlin'),
    ])
    const later = [keys.extent('e2'), keys.recent('e2', 'rooms.berlin'), keys.live('e2', 'head')]
    const all = [...Object.values(names), ...others, ...later]
    expect(new Set(all).size).toBe(all.length)
  })

  test('for live channels end in the channel', () => {
    expect(names.live).toBe(`${keys.livePrefix('e1')}rooms.berlin`)
  })
})
