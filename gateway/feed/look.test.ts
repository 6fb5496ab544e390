import { beforeEach, describe, expect, test } from '@jest/globals'
import { item, TestFollower } from '../../test/support/testFollower.ts'

let run: TestFollower

beforeEach(() => {
  run = new TestFollower()
  run.live()
})

describe('a look at the head of the log', () => {
  test('is due every two seconds while live, and only then', () => {
    const looks: number[] = []
    for (let now = 500; now <= 5_500; now += 500) {
      run.watermark(10, 0, now)
      run.follower.tick(now)
      if (run.news().includes('look')) looks.push(now)
    }
    expect(looks).toEqual([2_000, 4_000])
    run.follower.down()
    for (let now = 6_000; now <= 20_000; now += 500) run.follower.tick(now)
    expect(run.news()).toEqual(['scan 10 a'])
  })

  test('finds messages that have not come since the previous look, although watermarks claim that there are none', () => {
    run.looked(12)
    run.watermark(10, 0, 2_000)
    expect([run.follower.mode, run.news()]).toEqual(['live', []])
    run.looked(12)
    expect([run.follower.mode, run.news()]).toEqual(['catching', ['scan 10 a']])
    run.scanned(12, [item(11), item(12)])
    expect([run.follower.mode, run.news()]).toEqual(['live', ['one: a11 a12']])
    run.looked(12)
    expect([run.follower.mode, run.news()]).toEqual(['live', []])
  })

  test('ignores messages that have come by then, however many more there are', () => {
    run.looked(12)
    run.received(item(11), item(12))
    run.looked(5_000)
    expect([run.follower.mode, run.news()]).toEqual(['live', ['one: a11 a12']])
  })

  test('that is answered late counts for nothing, and revives no broken connection', () => {
    run.follower.down()
    for (let count = 0; count < 3; count++) run.looked(99)
    expect([run.follower.mode, run.news()]).toEqual(['following', ['scan 10 a']])
    run.scanned(10)
    run.follower.connected()
    run.follower.up(0)
    run.watermark(10)
    run.looked(99)
    run.scanned(10)
    run.looked(10)
    expect([run.follower.mode, run.news()]).toEqual(['live', ['scan 10 a']])
  })

  test('that finds another epoch makes the follower read the log, and begin that epoch', () => {
    run.epoch = 'e2'
    run.looked(10)
    expect([run.follower.mode, run.news()]).toEqual(['catching', ['scan 10 a']])
    run.scanned(4)
    expect([run.hub.epoch, run.news()]).toEqual(['e2', ['one: end, reset, at e1-10', 'reconnect']])
  })

  test('does not compare another epoch with the head seen in the previous one', () => {
    run.looked(12)
    run.watermark(12)
    run.epoch = 'e2'
    run.looked(12)
    run.scanned(4)
    run.follower.connected()
    run.follower.up(0)
    run.follower.watermark({ epoch: 'e2', position: 4, id: '', low: 0 }, 0)
    run.scanned(4)
    run.looked(4)
    expect(run.follower.mode).toBe('live')
  })
})
