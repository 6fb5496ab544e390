import { beforeEach, describe, expect, test } from '@jest/globals'
import { item, TestFollower } from '../../test/support/testFollower.ts'
import { placeAt } from '../../test/support/testRedis.ts'

let run: TestFollower

beforeEach(() => {
  run = new TestFollower()
  run.live()
})

describe('a live follower', () => {
  test('sends messages as they come, and learns by watermarks what needs no sending', () => {
    run.received(item(11))
    expect(run.news()).toEqual(['one: a11'])
    run.watermark(15)
    expect([run.hub.fanout.watermark, run.follower.mode, run.news()]).toEqual([15, 'live', []])
  })

  test('does not read the log at a tick', () => {
    run.follower.tick(1_000)
    expect(run.news()).toEqual([])
  })

  test('reads the log if the copy in Redis began again above its own watermark, and only then', () => {
    run.watermark(10, 10)
    expect([run.follower.mode, run.news()]).toEqual(['live', []])
    run.watermark(14, 12)
    expect([run.follower.mode, run.news()]).toEqual(['catching', ['scan 10 a']])
    run.scanned(14, [item(11), item(14, 11)])
    expect([run.follower.mode, run.news()]).toEqual(['live', ['one: a11 a14']])
  })

  test('looks at the log if a watermark is of another one, and stays live if the log is still the same', () => {
    run.watermark(30, 0, 0, 'e2')
    expect([run.follower.mode, run.news()]).toEqual(['catching', ['scan 10 a']])
    // A bridge that was late to hear of the restore.
    run.scanned(10)
    expect([run.follower.mode, run.hub.fanout.watermark]).toEqual(['live', 10])
  })

  test("reads the log if Redis' watermark lies below its own, and only then", () => {
    run.received(item(11))
    run.watermark(11)
    expect([run.follower.mode, run.news()]).toEqual(['live', ['one: a11']])
    run.watermark(10)
    expect([run.follower.mode, run.news()]).toEqual(['catching', ['scan 11 a']])
    run.received(item(13))
    run.watermark(10)
    run.scanned(12, [item(12)])
    expect([run.follower.mode, run.news()]).toEqual(['live', ['one: a12 a13']])
  })

  test('knows the message at a watermark', () => {
    run.watermark(15)
    expect(run.hub.fanout.place).toEqual(placeAt(15))
  })

  test('takes silence for a dead connection, and reconnects once', () => {
    run.watermark(10, 0, 1_000)
    run.follower.tick(4_000)
    expect([run.follower.mode, run.news()]).toEqual(['live', ['look']])
    run.follower.tick(4_001)
    expect([run.follower.mode, run.news()]).toEqual(['following', ['scan 10 a', 'reconnect']])
    run.received(item(11))
    run.watermark(11, 0, 4_002)
    run.follower.tick(9_000)
    expect(run.news()).toEqual([])
    run.scanned(11, [item(11)])
    expect(run.news()).toEqual(['one: a11'])
  })

  test('counts the silence from the moment at which the connection came up', () => {
    run.follower.down()
    run.follower.connected()
    run.follower.up(50_000)
    run.follower.tick(53_000)
    expect(run.news()).toEqual(['scan 10 a'])
    run.follower.tick(53_001)
    expect(run.news()).toEqual(['reconnect'])
  })

  test('follows the log from its watermark once the connection is gone', () => {
    run.received(item(11))
    run.watermark(15)
    run.follower.down()
    expect([run.follower.mode, run.news()]).toEqual(['following', ['scan 15 a', 'one: a11']])
  })
})

describe('a hole', () => {
  test('is read from the log, and no message that comes meanwhile is lost', () => {
    run.received(item(13))
    expect([run.follower.mode, run.news()]).toEqual(['catching', ['scan 10 a']])
    run.received(item(14))
    run.scanned(13, [item(11), item(12), item(13)])
    expect([run.follower.mode, run.news()]).toEqual(['live', ['one: a11 a12 a13 a14']])
  })

  test('that the log has too is reported once', () => {
    run.received(item(13))
    run.scanned(13, [item(13)])
    expect([run.follower.mode, run.news()]).toEqual([
      'live',
      ['scan 10 a', 'one: a lacks 11-12, retention, at e1-10', 'one: a13'],
    ])
  })

  test('in the messages kept while another was read is read too', () => {
    run.received(item(13), item(15, 13), item(17))
    run.scanned(13, [item(11), item(12), item(13)])
    expect([run.follower.mode, run.news()]).toEqual([
      'catching',
      ['scan 10 a', 'scan 15 a', 'one: a11 a12 a13 a15'],
    ])
    run.scanned(17, [item(16, 15), item(17)])
    expect([run.follower.mode, run.news()]).toEqual(['live', ['one: a16 a17']])
  })
  test('that ends at the watermark is read too, although the log is followed from there', () => {
    run.join('two', 'b')
    run.confirmed('b')
    run.news()
    run.answered(10, { b: 5 })
    // 20 is on b, and Redis has lost it.
    run.watermark(20)
    run.follower.down()
    run.scanned(22, [item(22, 20, 'b')])
    expect(run.news().slice(1)).toEqual(['scan 20 a b', 'scan 10 a b'])
    run.scanned(22, [item(20, 5, 'b'), item(22, 20, 'b')])
    expect(run.news()).toEqual(['two: b20 b22'])
  })
})

describe('a hole below the watermark', () => {
  beforeEach(() => {
    run.join('two', 'b')
    run.confirmed('b')
    run.news()
    run.answered(10, { b: 5 })
    run.received(item(14, 5, 'b'))
    run.watermark(20)
    run.news()
    // What Redis lost: 11, 12, 13 on a, and 15 to 17 on b.
    run.received(item(21, 13))
  })

  test('holds back the places of its readers until it is read', () => {
    expect([run.place('one'), run.place('two')]).toEqual(['e1-10', 'e1-14'])
    run.scanned(12, [item(11), item(12)], false)
    expect([run.place('one'), run.place('two')]).toEqual(['e1-12', 'e1-14'])
    run.scanned(21, [item(13), item(15, 14, 'b'), item(17, 15, 'b'), item(21, 13)])
    expect([run.follower.mode, run.place('one'), run.place('two')]).toEqual([
      'live',
      'e1-21',
      'e1-21',
    ])
  })

  test('is read from the last message of its channel', () => {
    expect(run.news()).toEqual(['scan 10 a b'])
    run.scanned(21, [
      item(11),
      item(12),
      item(13),
      item(14, 5, 'b'),
      item(15, 14, 'b'),
      item(17, 15, 'b'),
      item(21, 13),
    ])
    expect([run.follower.mode, run.news()]).toEqual([
      'live',
      ['one: a11', 'one: a12', 'one: a13', 'two: b15 b17', 'one: a21'],
    ])
  })

  test('is read from there also if a read fails and the connection breaks meanwhile', () => {
    if (run.scan !== undefined) run.follower.scanFailed(run.scan)
    run.follower.down()
    if (run.scan !== undefined) run.follower.scanFailed(run.scan)
    run.follower.connected()
    run.follower.up(500)
    run.watermark(21, 0, 500)
    if (run.scan !== undefined) run.follower.scanFailed(run.scan)
    run.watermark(30, 25, 600)
    expect(run.news()).toEqual(['scan 10 a b', 'scan 10 a b', 'scan 10 a b', 'scan 10 a b'])
    run.scanned(21, [item(11), item(12), item(13), item(21, 13)])
    expect(run.news()).toEqual(['one: a11', 'one: a12', 'one: a13', 'one: a21'])
  })

  test('on another channel, below the start of the read, is read too and not reported as a gap', () => {
    run.scanned(21, [item(11), item(12), item(13), item(21, 13)])
    run.news()
    run.received(item(24, 22))
    expect(run.news()).toEqual(['scan 21 a b'])
    run.scanned(24, [item(22, 21), item(23, 17, 'b'), item(24, 22)])
    expect([run.follower.mode, run.news()]).toEqual(['catching', ['scan 14 a b', 'one: a22']])
    expect(run.hub.fanout.watermark).toBe(22)
    run.scanned(24, [
      item(15, 14, 'b'),
      item(17, 15, 'b'),
      item(21, 13),
      item(22, 21),
      item(23, 17, 'b'),
      item(24, 22),
    ])
    expect([run.follower.mode, run.news()]).toEqual([
      'live',
      ['two: b15', 'two: b17', 'two: b23', 'one: a24'],
    ])
  })
})
