import { beforeEach, describe, expect, test } from '@jest/globals'
import { item, TestFollower } from '../../test/support/testFollower.ts'

let run: TestFollower

beforeEach(() => {
  run = new TestFollower()
  run.connect()
})

describe('a follower that goes live', () => {
  test('needs a watermark, a look at the log after it, and the messages that came meanwhile', () => {
    run.watermark(11)
    expect([run.follower.mode, run.news()]).toEqual(['catching', ['scan 10 a']])
    run.received(item(12), item(13))
    expect(run.news()).toEqual([])
    run.scanned(12, [item(11), item(12)])
    expect([run.follower.mode, run.news()]).toEqual(['live', ['one: a11 a12 a13']])
  })

  test('does not count a look that began before the watermark, but does not read the log twice', () => {
    run.follower.tick(500)
    run.watermark(12)
    run.received(item(13))
    run.scanned(11, [item(11)])
    expect([run.follower.mode, run.news()]).toEqual([
      'catching',
      ['scan 10 a', 'scan 11 a', 'one: a11'],
    ])
    run.scanned(12, [item(12)])
    expect([run.follower.mode, run.news()]).toEqual(['live', ['one: a12 a13']])
  })

  test('counts neither a look nor messages from before the copy in Redis began again', () => {
    run.watermark(12)
    run.received(item(13))
    run.watermark(14, 12)
    run.scanned(13, [item(11), item(12)])
    expect([run.follower.mode, run.news()]).toEqual([
      'catching',
      ['scan 10 a', 'scan 13 a', 'one: a11 a12'],
    ])
  })

  test('does not take a watermark for messages that were sent', () => {
    run.watermark(11)
    run.watermark(15)
    expect([run.follower.mode, run.hub.fanout.watermark]).toEqual(['catching', 10])
  })

  test('reads on while the log is far ahead', () => {
    run.watermark(900)
    run.scanned(500, [item(11)], false)
    expect([run.follower.mode, run.news()]).toEqual([
      'catching',
      ['scan 10 a', 'scan 500 a', 'one: a11'],
    ])
    run.scanned(900)
    expect(run.follower.mode).toBe('live')
  })

  test('gets through a log that is far ahead although each watermark makes it look again', () => {
    const reads: (number | undefined)[] = []
    for (const upTo of [1_010, 2_010, 3_010]) {
      run.watermark(9_000, 8_000)
      reads.push(run.scan?.after)
      run.watermark(9_000, 8_000)
      run.scanned(upTo, [], false)
    }
    expect([reads, run.hub.fanout.watermark]).toEqual([[10, 1_010, 2_010], 3_010])
  })

  test('starts over if more items come meanwhile than it keeps', () => {
    run.watermark(10)
    run.received(item(11), item(12), item(13))
    expect(run.follower.mode).toBe('catching')
    run.received(item(14))
    expect(run.follower.mode).toBe('following')
    run.scanned(14, [item(11), item(12), item(13), item(14)])
    expect(run.news()).toEqual(['scan 10 a', 'one: a11 a12 a13 a14'])
    run.watermark(14)
    run.scanned(14)
    expect(run.follower.mode).toBe('live')
  })

  test('starts over if more bytes come meanwhile than it keeps, also in one item', () => {
    run.watermark(10)
    run.received({ ...item(11), size: 50 }, { ...item(12), size: 50 })
    expect(run.follower.mode).toBe('catching')
    run.received(item(13))
    expect(run.follower.mode).toBe('following')
    run.watermark(13)
    run.received({ ...item(14), size: 100 })
    expect(run.follower.mode).toBe('catching')
    run.watermark(14, 14)
    run.received({ ...item(15), size: 101 })
    expect(run.follower.mode).toBe('following')
  })

  test('stops if the connection breaks, and counts nothing that came over it', () => {
    run.watermark(10)
    run.received(item(11))
    run.follower.down()
    run.scanned(10)
    expect([run.follower.mode, run.news()]).toEqual(['following', ['scan 10 a']])
    run.follower.connected()
    run.follower.up(0)
    run.watermark(10)
    run.scanned(12)
    expect([run.follower.mode, run.news()]).toEqual(['live', ['scan 10 a']])
  })

  test('waits for reads that fail again and again, and keeps the messages that come meanwhile', () => {
    run.watermark(10)
    run.received(item(11))
    for (const now of [500, 1_000, 1_500]) {
      if (run.scan !== undefined) run.follower.scanFailed(run.scan)
      run.follower.tick(now)
    }
    run.scanned(10)
    expect([run.follower.mode, run.news()]).toEqual([
      'live',
      ['scan 10 a', 'scan 10 a', 'scan 10 a', 'scan 10 a', 'one: a11'],
    ])
  })

  test('takes in a new channel without a seam while it reads', () => {
    run.watermark(13)
    run.join('two', 'b')
    run.confirmed('b')
    run.received(item(13, 10), item(14, 12, 'b'))
    expect(run.news()).toEqual(['scan 10 a', 'subscribe b'])
    // The read may not cover b: the log is asked once it is done.
    run.scanned(13, [item(13, 10)])
    expect(run.news()).toEqual(['ask b', 'one: a13'])
    run.answered(14, { b: 14 })
    run.received(item(15, 14, 'b'))
    expect(run.news()).toEqual(['two: ready at e1-14, b:14', 'two: b15'])
  })

  test('asks no question while the log is being read', () => {
    run.watermark(11)
    run.join('two', 'b')
    run.confirmed('b')
    run.follower.ask()
    expect(run.news()).toEqual(['scan 10 a', 'subscribe b'])
  })
})
