import { beforeEach, describe, expect, test } from '@jest/globals'
import { item, TestTail } from '../test/support/testTail.ts'

let run: TestTail

beforeEach(() => {
  run = new TestTail()
})

describe('without a link', () => {
  test('the log is followed once a tick, one read at a time', () => {
    run.tail.tick(0)
    run.tail.tick(1_000)
    expect(run.news().asked).toEqual(['follow 0'])
    run.followed(10)
    run.join('a')
    expect(run.news().asked).toEqual(['activate a'])
    run.activated(10, { a: 7 })
    run.tail.tick(2_000)
    run.followed(12, [item(12, 7)])
    expect([run.tail.mode, run.news()]).toEqual([
      'following',
      { asked: ['follow 10 a'], sent: ['ready 10', 'a12'] },
    ])
  })

  test('a log far ahead is read piece after piece, without waiting for a tick', () => {
    run.tail.tick(0)
    run.followed(10)
    run.tail.tick(1_000)
    run.followed(1_010, [], false)
    run.followed(1_500, [], true)
    expect(run.news().asked).toEqual(['follow 0', 'follow 10', 'follow 1010'])
    expect(run.audience.tip).toBe(1_500)
  })

  test('a read that fails is tried again at the next tick; a late answer counts no more', () => {
    run.tail.tick(0)
    const late = run.ticket
    run.tail.followFailed(run.ticket)
    run.tail.tick(1_000)
    run.tail.followed(late, { epoch: 'e1', items: [], upTo: 99, complete: true })
    expect([run.news().asked, run.audience.epoch]).toEqual([['follow 0', 'follow 0'], undefined])
  })

  test('what does come over a link that is not trusted is not sent', () => {
    run.tail.tick(0)
    run.followed(10)
    run.join('a')
    run.activated(10, { a: 10 })
    run.tail.received(item(11))
    run.beacon(11)
    expect([run.tail.mode, run.news().sent]).toEqual(['following', ['ready 10']])
  })
})

describe('a channel', () => {
  test('is subscribed first, and then the log is asked where it is', () => {
    run.tail.tick(0)
    run.followed(10)
    run.tail.linkUp(0)
    run.news()
    run.join('a', 'b')
    expect(run.news().asked).toEqual(['subscribe a b'])
    run.tail.subscribed(['a', 'b'])
    expect(run.news().asked).toEqual(['activate a b'])
  })

  test('that waits when the link goes is followed in the log; when the link comes, it has been subscribed', () => {
    run.tail.tick(0)
    run.followed(10)
    run.tail.linkUp(0)
    run.join('a')
    run.news()
    run.tail.linkDown()
    expect(run.news().asked).toEqual(['follow 10 a', 'activate a'])
    run.tail.activationFailed(['a'])
    run.tail.linkUp(0)
    expect(run.news().asked).toEqual(['activate a'])
  })

  test('that could not be activated is asked for again at the next tick', () => {
    run.live()
    run.join('b')
    run.tail.subscribed(['b'])
    run.tail.activationFailed(['b'])
    run.news()
    run.tail.tick(100)
    expect(run.news().asked).toEqual(['subscribe b'])
  })

  test('is left some time after its last stream', () => {
    run.live()
    const [stream] = run.audience.channels.get('a')?.members ?? []
    if (stream !== undefined) run.audience.leave(stream, 1_000)
    run.beacon(10, 0, 30_000)
    run.tail.tick(30_999)
    expect(run.news().asked).toEqual([])
    run.tail.tick(31_000)
    expect(run.news().asked).toEqual(['unsubscribe a'])
  })
})

describe('going live', () => {
  beforeEach(() => run.link())

  test('takes a beacon, a look at the log after it, and what came meanwhile', () => {
    run.beacon(11)
    expect([run.tail.mode, run.news().asked]).toEqual(['catching', ['follow 10 a']])
    run.tail.received(item(12))
    run.tail.received(item(13))
    expect(run.news().sent).toEqual([])
    run.followed(12, [item(11), item(12)])
    expect([run.tail.mode, run.news().sent]).toEqual(['live', ['a11', 'a12', 'a13']])
  })

  test('does not count a look that began before the beacon', () => {
    run.tail.tick(500)
    run.beacon(12)
    run.tail.received(item(13))
    run.followed(11, [item(11)])
    expect([run.tail.mode, run.news()]).toEqual([
      'catching',
      { asked: ['follow 10 a', 'follow 10 a'], sent: ['a11'] },
    ])
    run.followed(12, [item(11), item(12)])
    expect([run.tail.mode, run.news().sent]).toEqual(['live', ['a12', 'a13']])
  })

  test('reads on while the log is far ahead', () => {
    run.beacon(900)
    run.followed(500, [item(11)], false)
    expect([run.tail.mode, run.news()]).toEqual([
      'catching',
      { asked: ['follow 10 a', 'follow 500 a'], sent: ['a11'] },
    ])
    run.followed(900)
    expect(run.tail.mode).toBe('live')
  })

  test('begins anew where more comes meanwhile than is kept', () => {
    run.beacon(10)
    for (const position of [11, 12, 13, 14]) run.tail.received(item(position))
    expect(run.tail.mode).toBe('following')
    run.followed(14, [item(11), item(12), item(13), item(14)])
    expect(run.news().sent).toEqual(['a11', 'a12', 'a13', 'a14'])
    run.beacon(14)
    run.followed(14)
    expect(run.tail.mode).toBe('live')
  })

  test('is broken off with the link', () => {
    run.beacon(10)
    run.tail.received(item(11))
    run.tail.linkDown()
    run.followed(10)
    expect([run.tail.mode, run.news().sent]).toEqual(['following', []])
  })
})
