import { beforeEach, describe, expect, test } from '@jest/globals'
import { item, TestFollower } from '../../test/support/testFollower.ts'
import { placeAt } from '../../test/support/testRedis.ts'

let run: TestFollower

beforeEach(() => {
  run = new TestFollower()
})

describe('another log', () => {
  test('is begun once by the answer that reports it, and the connection is made again', () => {
    run.live()
    run.join('two', 'b')
    run.confirmed('b')
    run.news()
    run.epoch = 'e2'
    run.answered(4, { b: 0 })
    expect([run.follower.mode, run.hub.epoch, run.hub.fanout.place]).toEqual([
      'following',
      'e2',
      placeAt(4),
    ])
    expect(run.news()).toEqual([
      'one: end, reset, at e1-10',
      'two: end, reset, at e1-10',
      'reconnect',
    ])
    run.join('new', 'a')
    expect([run.news(), run.follower.connected()]).toEqual([['ask a'], ['a']])
  })

  test('is not begun by a late answer to a question of the previous log', () => {
    run.live()
    run.join('two', 'b')
    run.confirmed('b')
    run.news()
    const late = run.question
    run.watermark(12, 11)
    run.epoch = 'e2'
    run.scanned(4)
    run.join('new', 'a')
    run.news()
    run.epoch = 'e1'
    run.answered(10, { b: 0 }, late)
    expect([run.hub.epoch, run.news()]).toEqual(['e2', []])
  })

  test('takes nothing from a connection to the previous one', () => {
    run.live()
    run.epoch = 'e2'
    run.received(item(13))
    run.scanned(4)
    run.received(item(5))
    run.watermark(20, 0, 100)
    run.follower.tick(60_000)
    expect(run.news()).toEqual(['scan 10 a', 'one: end, reset, at e1-10', 'reconnect', 'scan 4'])
  })
})
