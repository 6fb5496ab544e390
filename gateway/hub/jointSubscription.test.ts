import { beforeEach, describe, expect, test } from '@jest/globals'
import { parseSince } from '../../contract/since.ts'
import { TestHubs } from '../../test/support/testHubs.ts'

let run: TestHubs

const since = (id: string) => parseSince(id) ?? { kind: 'now' as const }

beforeEach(() => {
  run = new TestHubs()
  run.logs[0].begin(10)
  run.logs[1].begin(50)
})

/** Both logs answer: their channels are ready, and have no messages. */
function bothReady(): void {
  run.logs[0].ready(10, { a: 0 })
  run.logs[1].ready(50, { b: 0 })
}

describe('A stream over two logs', () => {
  test('is told ready by each, and its ids have a place in each that has begun', () => {
    const one = run.join('b a')
    expect([one.state, one.channels]).toEqual(['waiting', [{ name: 'a' }, { name: 'b' }]])
    expect(one.resumeAt()).toBe(undefined)
    run.logs[1].ready(50, { b: 0 })
    expect([run.news(), one.state]).toEqual([['ready b after 50, at ~Bf1-1e'], 'live'])
    run.logs[0].ready(10, { a: 0 })
    expect(run.news()).toEqual(['ready a after 10, at ~Ae1-aBf1-1e'])
  })

  test('gets the messages of each in order; an id moves in the log of its message only', () => {
    const one = run.join('a b')
    bothReady()
    run.news()
    run.logs[0].publish('a', 11, 0)
    run.logs[1].publish('b', 51, 0)
    run.logs[1].publish('b', 53, 51)
    run.logs[0].publish('other', 12, 0)
    expect(run.news()).toEqual([
      'a11 at ~Ae1-bBf1-1e',
      'b51 at ~Ae1-bBf1-1f',
      'b53 at ~Ae1-bBf1-1h',
    ])
    // What was not for this stream counts as sent only now.
    expect(one.resumeAt()).toBe('~Ae1-cBf1-1h')
  })

  test('claims nothing that another log has accepted, but not sent', () => {
    const one = run.join('a b')
    bothReady()
    run.news()
    run.logs[0].publish('a', 11, 0)
    run.logs[1].publish('b', 51, 0)
    run.logs[1].hub.fanout.flush()
    expect(run.told.splice(0)).toEqual(['b51 at ~Ae1-aBf1-1f'])
    expect(one.resumeAt()).toBe('~Ae1-bBf1-1f')
    expect(run.news()).toEqual(['a11 at ~Ae1-bBf1-1f'])
  })

  test('gets from one log what it missed, while another is away', () => {
    for (const position of [11, 12]) run.logs[0].publish('a', position, position - 1)
    const one = run.join('a b', since('~Ae1-aBf1-k'))
    run.logs[0].ready(12, { a: 12 })
    expect(run.news()).toEqual(['ready a after 10, at ~Ae1-aBf1-k'])
    expect(run.logs[0].news()).toContain('read 10-12')
    // The other place stays as it was asked for: nothing was sent of that log.
    expect(one.resumeAt()).toBe('~Ae1-aBf1-k')
  })

  test('is new in a log that its id does not name, and complete in the others', () => {
    run.join('a b', since('~Bf1-1e'))
    bothReady()
    expect(run.news()).toEqual([
      'incomplete a after 10, at ~Ae1-aBf1-1e',
      'ready b after 50, at ~Ae1-aBf1-1e',
    ])
  })

  test('resumes from the id of a stream over one of them', () => {
    run.join('a b', since('f1-50'))
    bothReady()
    expect(run.news()).toEqual([
      'incomplete a after 10, at ~Ae1-aBf1-1e',
      'ready b after 50, at ~Ae1-aBf1-1e',
    ])
  })

  test('is told a gap for the channel that has one', () => {
    run.join('a b')
    bothReady()
    run.logs[0].publish('a', 11, 0)
    run.logs[1].publish('b', 55, 53)
    expect(run.news().slice(2)).toEqual([
      'b lacks 51-54, at ~Ae1-aBf1-1e',
      'a11 at ~Ae1-bBf1-1e',
      'b55 at ~Ae1-bBf1-1j',
    ])
  })

  test('is told a reset of one log only, if its id is of an earlier life of that', () => {
    run.join('a b', since('~Ae1-aBf0-7'))
    bothReady()
    expect(run.news()).toEqual([
      'ready a after 10, at ~Ae1-aBf0-7',
      'incomplete b after 50, at ~Ae1-aBf1-1e',
      'reset of b, other-epoch, at ~Ae1-aBf1-1e',
    ])
  })
})

describe('A log that becomes another one', () => {
  test('resets its own channels, and the stream goes on', () => {
    const one = run.join('a b')
    bothReady()
    run.news()
    run.logs[1].epoch = 'f2'
    run.logs[1].begin(20)
    run.turn()
    run.logs[0].publish('a', 11, 0)
    expect(run.news()).toEqual(['a11 at ~Ae1-bBf1-1e'])
    run.logs[1].ready(20, { b: 0 })
    expect(run.news()).toEqual([
      'incomplete b after 20, at ~Ae1-bBf2-k',
      'reset of b, other-epoch, at ~Ae1-bBf2-k',
    ])
    run.logs[1].publish('b', 21, 0)
    expect([run.news(), one.resumeAt()]).toEqual([['b21 at ~Ae1-bBf2-l'], '~Ae1-bBf2-l'])
  })

  test('before it was ready begins as it was asked to', () => {
    run.join('a b')
    run.logs[1].epoch = 'f2'
    run.logs[1].begin(20)
    run.turn()
    run.logs[1].ready(20, { b: 0 })
    expect(run.news()).toEqual(['ready b after 20, at ~Bf2-k'])
  })

  test('while the start in it is looked for has its own start looked for', () => {
    run.joinLater('a b')
    run.logs[1].epoch = 'f2'
    run.logs[1].begin(20)
    run.find(1, { after: 45 })
    run.turn()
    run.find(1, { after: 15 })
    run.logs[1].ready(20, { b: 0 })
    expect(run.news()).toEqual(['ready b after 15, at ~Bf2-f'])
  })
})

test('A log that was never seen delays its own channels only, and joins later', () => {
  run = new TestHubs()
  run.logs[0].begin(10)
  const one = run.join('a b', since('~Ae1-aBf1-k'))
  run.logs[0].ready(10, { a: 0 })
  run.logs[0].publish('a', 11, 0)
  expect(run.news()).toEqual(['ready a after 10, at ~Ae1-aBf1-k', 'a11 at ~Ae1-bBf1-k'])
  run.logs[1].begin(20)
  run.turn()
  run.logs[1].ready(20, { b: 0 })
  expect([run.news(), one.state]).toEqual([['ready b after 20, at ~Ae1-bBf1-k'], 'live'])
})

test('A stream that has left joins no log that comes later, and has no answer heard', () => {
  run = new TestHubs()
  run.logs[0].begin(10)
  const one = run.join('a b')
  const other = run.joinLater('a b')
  for (const each of [one, other]) run.hubs.leave(each, 0)
  run.find(0, {})
  run.logs[1].begin(20)
  run.turn()
  expect([run.logs[1].hub.channels.size, run.logs[0].hub.joining.size, run.news()]).toEqual([
    0,
    0,
    [],
  ])
})

test('A stream whose late channels have no room is sent away with its place', () => {
  run = new TestHubs()
  run.logs[0].begin(10)
  run.join('a b')
  run.logs[0].ready(10, { a: 0 })
  run.room = 1
  run.logs[1].begin(20)
  run.turn()
  expect(run.news()).toEqual(['ready a after 10, at ~Ae1-a', 'end, unavailable, at ~Ae1-a'])
  expect(run.logs[0].hub.channels.get('a')?.subscriptions.size).toBe(0)
})

test('While something waits for the reader, no log sends what was before', () => {
  for (const position of [11, 12]) run.logs[0].publish('a', position, position - 1)
  const one = run.join('a b', since('~Ae1-aBf1-1e'))
  run.sink.isFull = true
  bothReady()
  expect(run.news()).toEqual([])
  expect([run.logs[0].news().at(-1), run.logs[1].news().at(-1)]).toEqual(['pause', 'pause'])
  expect(one.state).toBe('waiting')
})

test('A stream over one log is that of its hub, found by its channel', () => {
  const one = run.hubs.join(
    ['b'],
    {},
    { ...run.sink, reset: () => {}, send: () => {}, ready: () => {}, gap: () => {}, end: () => {} },
  )
  run.logs[1].ready(50, { b: 0 })
  expect([run.hubs.channelCount, run.hubs.countNew(['a', 'b'])]).toEqual([1, 1])
  expect(run.hubs.resumeAt(one)?.toString()).toBe('f1-50')
  run.hubs.leave(one, 0)
  expect(run.logs[1].hub.channels.get('b')?.subscriptions.size).toBe(0)
})
