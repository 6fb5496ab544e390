import { beforeEach, describe, expect, test } from '@jest/globals'
import { item, TestFollower } from '../../test/support/testFollower.ts'

let run: TestFollower

beforeEach(() => {
  run = new TestFollower()
})

describe('a follower without Redis', () => {
  test('reads the log once a tick, one read at a time', () => {
    run.follower.tick(0)
    run.follower.tick(1_000)
    expect(run.news()).toEqual(['scan 0'])
    run.scanned(10)
    run.join('one', 'a')
    expect(run.news()).toEqual(['ask a'])
    run.answered(10, { a: 7 })
    run.follower.tick(2_000)
    run.scanned(12, [item(12, 7)])
    expect([run.follower.mode, run.news()]).toEqual([
      'following',
      ['one: ready at e1-10, a:7', 'scan 10 a', 'one: a12'],
    ])
  })

  test('reads a log far ahead chunk after chunk, without waiting for a tick', () => {
    run.follower.tick(0)
    run.scanned(10)
    run.follower.tick(1_000)
    run.scanned(1_010, [], false)
    run.scanned(1_500)
    expect(run.news()).toEqual(['scan 0', 'scan 10', 'scan 1010'])
    expect(run.hub.fanout.watermark).toBe(1_500)
  })

  test('does not keep new streams waiting while the log is far ahead, and sends their messages with the next chunk', () => {
    run.follower.tick(0)
    run.scanned(10)
    run.follower.tick(1_000)
    run.join('one', 'a')
    expect(run.news()).toEqual(['scan 0', 'scan 10'])
    run.scanned(1_010, [], false)
    expect(run.news()).toEqual(['ask a', 'scan 1010 a'])
    run.scanned(2_010, [item(1_800, 0)], false)
    run.answered(1_900, { a: 1_800 })
    run.scanned(2_020, [item(2_015, 1_800)])
    expect(run.news()).toEqual(['scan 2010 a', 'one: ready at e1-2010, a:1800', 'one: a2015'])
  })

  test('repeats a failed read at the next tick, for as long as it fails', () => {
    run.follower.tick(0)
    for (const now of [1_000, 2_000, 3_000]) {
      if (run.scan !== undefined) run.follower.scanFailed(run.scan)
      run.follower.tick(now)
    }
    run.scanned(10)
    expect([run.news(), run.hub.epoch]).toEqual([['scan 0', 'scan 0', 'scan 0', 'scan 0'], 'e1'])
  })

  test('asks a question that waits behind a read, also if the read fails', () => {
    run.follower.tick(0)
    run.scanned(10)
    run.follower.tick(1_000)
    run.join('one', 'a')
    run.news()
    if (run.scan !== undefined) run.follower.scanFailed(run.scan)
    expect(run.news()).toEqual(['ask a'])
  })

  test('ignores an answer or a failure that comes late', () => {
    run.follower.tick(0)
    const late = run.scan
    if (late !== undefined) run.follower.scanFailed(late)
    run.follower.tick(1_000)
    run.scanned(99, [], true, late)
    if (late !== undefined) run.follower.scanFailed(late)
    run.follower.tick(2_000)
    expect([run.news(), run.hub.epoch]).toEqual([['scan 0', 'scan 0'], undefined])
  })

  test('neither sends nor keeps messages that come over a connection that is not up', () => {
    run.follower.tick(0)
    run.scanned(10)
    run.follower.connected()
    run.join('one', 'a')
    run.confirmed('a')
    run.news()
    run.answered(10, { a: 10 })
    run.received(item(11))
    run.watermark(11)
    expect([run.follower.mode, run.news()]).toEqual(['following', ['one: ready at e1-10, a:10']])
    run.follower.up(0)
    run.watermark(11)
    run.scanned(10)
    expect([run.follower.mode, run.news()]).toEqual(['live', ['scan 10 a']])
  })
})

describe('a channel', () => {
  test('is subscribed first, and then the log is asked for its head', () => {
    run.live()
    run.join('two', 'b c')
    expect(run.news()).toEqual(['subscribe b c'])
    run.confirmed('b c')
    expect(run.news()).toEqual(['ask b c'])
  })

  test('that is wanted while the connection comes up is subscribed on it; an older one is in its list', () => {
    run.follower.tick(0)
    run.scanned(10)
    run.join('one', 'a')
    run.news()
    expect(run.follower.connected()).toEqual(['a'])
    run.join('two', 'b')
    expect(run.news()).toEqual(['subscribe b'])
    run.confirmed('b')
    run.follower.up(0)
    run.answered(10, { a: 0 })
    expect(run.news()).toEqual(['one: ready at e1-10, a:0', 'ask b'])
  })

  test('that waits for Redis when the connection breaks is followed in the log', () => {
    run.live()
    run.join('two', 'b')
    run.follower.down()
    expect(run.news()).toEqual(['subscribe b', 'scan 10 a b'])
    run.scanned(10)
    expect(run.news()).toEqual(['ask b'])
  })

  test('is asked for again at the next tick after a failed question, whatever the mode', () => {
    run.live()
    run.join('two', 'b')
    run.confirmed('b')
    run.news()
    for (const now of [100, 200]) {
      if (run.question !== undefined) run.hub.unanswered(run.question)
      run.follower.tick(now)
    }
    expect(run.news()).toEqual(['ask b'])
    run.answered(12, { b: 0 })
    expect(run.news()).toEqual(['two: ready at e1-12, b:0'])
  })

  test('is unsubscribed some time after its last stream has left', () => {
    run.live()
    run.hub.leave(run.join('two', 'a'), 500)
    const [one] = run.hub.channels.get('a')?.subscriptions ?? []
    if (one !== undefined) run.hub.leave(one, 1_000)
    run.watermark(10, 0, 30_000)
    run.news()
    run.follower.tick(30_999)
    expect(run.news()).toEqual(['look'])
    run.follower.tick(31_000)
    expect([run.news(), run.hub.channels.size]).toEqual([['unsubscribe a'], 0])
  })

  test('is unsubscribed at once if there are many channels, but only if it has no stream', () => {
    run.live()
    const two = run.join('two', 'b c d e')
    run.confirmed('b c d e')
    run.news()
    run.answered(10, {})
    run.hub.leave(two, 100)
    run.follower.tick(200)
    expect(run.news()).toEqual(['two: ready at e1-10, b:0 c:0 d:0 e:0'])
    run.join('three', 'f')
    run.follower.tick(300)
    expect(run.news()).toEqual(['subscribe f', 'unsubscribe b c d e'])
  })

  test('that is left while Redis is away is not unsubscribed there', () => {
    run.live()
    run.follower.down()
    const [one] = run.hub.channels.get('a')?.subscriptions ?? []
    if (one !== undefined) run.hub.leave(one, 0)
    run.scanned(10)
    run.news()
    run.follower.tick(30_000)
    expect([run.news(), run.hub.channels.size]).toEqual([['scan 10 a'], 0])
  })

  test('that is left and taken again before the log has answered is another one', () => {
    run = new TestFollower(0)
    run.live()
    const first = run.join('first', 'b')
    run.confirmed('b')
    run.news()
    const early = run.question
    run.hub.leave(first, 100)
    run.follower.tick(100)
    // 11 on b is committed and published now: nobody here is subscribed.
    run.join('second', 'b')
    expect(run.news()).toEqual(['unsubscribe b', 'subscribe b'])
    run.confirmed('b')
    run.answered(10, { b: 0 }, early)
    expect(run.news()).toEqual(['ask b'])
    run.answered(11, { b: 11 })
    run.received(item(12, 11, 'b'))
    expect(run.news()).toEqual(['second: ready at e1-11, b:11', 'second: b12'])
  })
})
