import { beforeEach, describe, expect, test } from '@jest/globals'
import { item, TestTail } from '../test/support/testTail.ts'

let run: TestTail

beforeEach(() => {
  run = new TestTail()
})

describe('live', () => {
  beforeEach(() => run.live())

  test('sends what comes as it comes, and knows by beacons what needs no sending', () => {
    run.tail.received(item(11))
    expect(run.news().sent).toEqual(['a11'])
    run.beacon(15)
    expect([run.audience.tip, run.tail.mode, run.news().asked]).toEqual([15, 'live', []])
  })

  test('does not read the log at a tick', () => {
    run.tail.tick(1_000)
    expect(run.news().asked).toEqual([])
  })

  test('reads from a hole on, and loses nothing that comes meanwhile', () => {
    run.tail.received(item(13))
    expect([run.tail.mode, run.news()]).toEqual(['catching', { asked: ['follow 10 a'], sent: [] }])
    run.tail.received(item(14))
    run.followed(13, [item(11), item(12), item(13)])
    expect([run.tail.mode, run.news().sent]).toEqual(['live', ['a11', 'a12', 'a13', 'a14']])
  })

  test('is told of a hole that the log has too, once', () => {
    run.tail.received(item(13))
    run.followed(13, [item(13)])
    expect([run.tail.mode, run.news().sent]).toEqual(['live', ['gap 10-13', 'a13']])
  })

  test('reads the log where the copy in Redis began anew above it', () => {
    run.beacon(14, 12)
    expect([run.tail.mode, run.news().asked]).toEqual(['catching', ['follow 10 a']])
    run.followed(14, [item(11), item(14, 11)])
    expect([run.tail.mode, run.news().sent]).toEqual(['live', ['a11', 'a14']])
  })

  test('looks at the log where a beacon is of another one', () => {
    run.tail.beacon({ epoch: 'e2', head: 3, floor: 0 }, 0)
    expect([run.tail.mode, run.news().asked]).toEqual(['catching', ['follow 10 a']])
    // A bridge that was late to hear of the restore: the log is still the same.
    run.followed(10)
    expect(run.tail.mode).toBe('live')
  })

  test('takes silence for a dead link, and makes it anew', () => {
    run.tail.tick(3_000)
    expect(run.tail.mode).toBe('live')
    run.tail.tick(3_001)
    expect([run.tail.mode, run.news().asked]).toEqual(['following', ['follow 10 a', 'reconnect']])
    run.tail.tick(4_001)
    // Once: only a link that has come up can fall silent again.
    expect(run.news().asked).toEqual([])
    run.followed(11, [item(11)])
    expect(run.news().sent).toEqual(['a11'])
  })

  test('ends every stream where the log is another one, and makes the link anew', () => {
    run.tail.received(item(13))
    run.tail.followed(run.ticket, { epoch: 'e2', items: [], upTo: 4, complete: true })
    expect([run.tail.mode, run.audience.epoch, run.audience.tip]).toEqual(['following', 'e2', 4])
    expect(run.news()).toEqual({ asked: ['follow 10 a', 'reconnect'], sent: ['end reset'] })
  })

  test('takes a new channel in without a seam while it reads', () => {
    run.tail.received(item(13))
    run.join('b')
    run.tail.subscribed(['b'])
    // The log was looked at in the middle of the stretch: whether that covers `b` is not known.
    run.activated(12, { b: 11 })
    expect(run.news().sent).toEqual([])
    run.followed(13, [item(12, 10), item(13)])
    expect(run.news().sent).toEqual(['ready 13', 'a12', 'a13'])
    run.tail.received(item(14, 11, 'b'))
    expect(run.news().sent).toEqual(['b14'])
  })
})
