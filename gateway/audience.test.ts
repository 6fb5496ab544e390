import { beforeEach, describe, expect, test } from '@jest/globals'
import { Audience } from './audience.ts'
import { Ring, type Item } from './ring.ts'
import type { Sink, Start, Subscriber } from './subscriber.ts'

let audience: Audience<Item>
/** What was asked for, and what the streams were sent, in order. */
let told: string[]

beforeEach(() => {
  told = []
  audience = new Audience<Item>(
    {
      wanted: (channels) => void told.push(`want ${channels.join(' ')}`),
      askHead: () => void told.push('ask'),
      flushSoon: () => {},
      read: (_, after, upTo) => void told.push(`read ${after}-${upTo}`),
    },
    new Ring(0, { maxItems: 4, maxBytes: 1_000 }, () => 1),
  )
})

const item = (channel: string, position: number, previous: number): Item => ({
  channel,
  position,
  previous,
})

/** Writes down what a stream gets. */
class Recorder implements Sink<Item> {
  readonly #name: string
  constructor(name: string) {
    this.#name = name
  }
  #tell(text: string): void {
    told.push(`${this.#name}: ${text}`)
  }
  ready(event: Parameters<Sink<Item>['ready']>[0]): void {
    const heads = Object.entries(event.channels).map(([channel, { head }]) => `${channel}:${head}`)
    const whole = event.complete ? 'ready' : 'incomplete'
    this.#tell(`${whole} at ${event.position}, ${heads.join(' ')}`)
  }
  send({ items }: Parameters<Sink<Item>['send']>[0]): void {
    this.#tell(items.map(({ channel, position }) => channel + position).join(' '))
  }
  gap({ channel, after, before, reason }: Parameters<Sink<Item>['gap']>[0]): void {
    this.#tell(`${channel} lacks ${after + 1}-${before - 1}, ${reason}`)
  }
  reset(reason: string): void {
    this.#tell(`reset, ${reason}`)
  }
  end(reason: string): void {
    this.#tell(`end, ${reason}`)
  }
  drained(): Promise<void> {
    return Promise.resolve()
  }
}

function join(name: string, channels: string, start: Start<Item> = {}): Subscriber<Item> {
  return audience.join(channels.split(' '), start, new Recorder(name))
}

function news(): string[] {
  audience.flush()
  return told.splice(0)
}

/** The log was looked at while these channels were coming. */
function activate(position: number, channels: Record<string, number>, epoch = 'e1'): void {
  for (const name of Object.keys(channels)) audience.channels.setState(name, 'activating')
  audience.activated({ epoch, position, channels: new Map(Object.entries(channels)) })
}

describe('a stream', () => {
  test('waits until the log has been seen and its channels come', () => {
    const one = join('one', 'a b')
    expect([news(), one.started, audience.epoch]).toEqual([['want a b'], false, undefined])
    audience.begin('e1', 10)
    activate(10, { a: 9 })
    expect(news()).toEqual([])
    activate(10, { b: 0 })
    expect(news()).toEqual(['one: ready at 10, a:9 b:0'])
    expect([one.live, audience.sentUpTo(one), audience.joiningCount]).toEqual([true, 10, 0])
  })

  test('from now on gets what comes from now on, each once', () => {
    audience.begin('e1', 10)
    join('one', 'a')
    activate(12, { a: 9 })
    audience.accept(item('a', 12, 9))
    audience.accept(item('a', 13, 12))
    audience.accept(item('b', 14, 0))
    audience.accept(item('a', 13, 12))
    expect(news()).toEqual(['want a', 'one: ready at 12, a:9', 'one: a13'])
  })

  test('that came later to channels that are ready is live at once', () => {
    audience.begin('e1', 10)
    join('one', 'a')
    activate(10, { a: 0 })
    audience.accept(item('a', 11, 0))
    news()
    join('two', 'a')
    expect(news()).toEqual(['two: ready at 11, a:11'])
  })

  test('in the middle of a turn gets nothing twice, and those before it miss nothing', () => {
    audience.begin('e1', 10)
    join('one', 'a')
    activate(10, { a: 0 })
    news()
    audience.accept(item('a', 11, 0))
    join('two', 'a', { after: 10 })
    audience.accept(item('a', 12, 11))
    expect(news()).toEqual(['two: ready at 10, a:11', 'two: a11', 'one: a11 a12', 'two: a12'])
  })

  test('that left gets nothing any more, whether it waited, caught up or was live', () => {
    audience.begin('e1', 10)
    const waiting = join('waiting', 'b')
    const live = join('live', 'a')
    activate(10, { a: 0 })
    const catching = join('catching', 'a', { after: 2 })
    news()
    for (const one of [waiting, live, catching]) audience.leave(one, 0)
    audience.page(catching, [item('a', 5, 0)], 10)
    activate(10, { b: 0 })
    audience.accept(item('a', 11, 5))
    expect([news(), audience.joiningCount]).toEqual([[], 0])
  })
})

describe('a stream that comes back', () => {
  beforeEach(() => {
    audience.begin('e1', 10)
    join('other', 'a b')
    activate(10, { a: 9, b: 8 })
    for (const position of [11, 12, 13]) audience.accept(item('a', position, position - 1))
    news()
  })

  test('a moment later is served from the ring', () => {
    join('one', 'a', { epoch: 'e1', after: 11 })
    expect(news()).toEqual(['one: ready at 11, a:13', 'one: a12 a13'])
  })

  test('and missed nothing is live at once', () => {
    join('one', 'b a', { epoch: 'e1', after: 13 })
    expect(news()).toEqual(['one: ready at 13, b:8 a:13'])
  })

  test('later reads the log page by page, and then what came meanwhile', () => {
    const one = join('one', 'a b', { epoch: 'e1', after: 3 })
    expect(news()).toEqual(['one: ready at 3, a:13 b:8', 'read 3-10'])
    audience.accept(item('b', 14, 8))
    expect(news()).toEqual(['other: b14'])
    audience.page(one, [item('b', 8, 2), item('a', 9, 1)], 9)
    expect([news(), audience.sentUpTo(one)]).toEqual([['one: b8 a9', 'read 9-10'], 9])
    audience.page(one, [item('a', 10, 9)], 10)
    expect([news(), one.live]).toEqual([['one: a10', 'one: a11 a12 a13 b14'], true])
  })

  test('is not read for twice at once, and again when a read failed', () => {
    const one = join('one', 'a', { epoch: 'e1', after: 3 })
    audience.advance()
    expect(news()).toEqual(['one: ready at 3, a:13', 'read 3-10'])
    audience.pageFailed(one)
    expect(news()).toEqual([])
    audience.advance()
    expect(news()).toEqual(['read 3-10'])
  })

  test('to messages that the log has no more is told which', () => {
    const one = join('one', 'a', { epoch: 'e1', after: 3 })
    audience.page(one, [item('a', 6, 2), item('a', 9, 8), item('a', 10, 9)], 10)
    expect(news()).toEqual([
      'one: ready at 3, a:13',
      'read 3-10',
      'one: a6',
      'one: a lacks 7-8, retention',
      'one: a9 a10',
      'one: a11 a12 a13',
    ])
  })

  test('with an id of another log is told to begin anew', () => {
    join('one', 'a', { epoch: 'e0', after: 5 })
    expect(news()).toEqual(['one: incomplete at 13, a:13', 'one: reset, other-epoch'])
  })

  test('from the future is believed where the log has it', () => {
    const one = join('one', 'a', { epoch: 'e1', after: 15 })
    expect(news()).toEqual(['ask'])
    audience.advance()
    expect(news()).toEqual([])
    audience.activated({ epoch: 'e1', position: 15, channels: new Map() })
    expect([news(), one.live]).toEqual([['one: ready at 15, a:13'], true])
    audience.accept(item('a', 14, 13))
    audience.accept(item('a', 15, 14))
    audience.accept(item('a', 16, 15))
    expect(news().filter((line) => line.startsWith('one'))).toEqual(['one: a16'])
  })

  test('from a future that the log does not have is told to begin anew', () => {
    join('one', 'a', { epoch: 'e1', after: 15 })
    audience.headFailed()
    audience.advance()
    expect(news()).toEqual(['ask', 'ask'])
    audience.activated({ epoch: 'e1', position: 14, channels: new Map() })
    expect(news()).toEqual(['one: incomplete at 13, a:13', 'one: reset, ahead-of-log'])
  })

  test('for the last few of each channel gets those first, and sees no gap between', () => {
    const prelude = [item('b', 8, 2), item('a', 13, 12)]
    join('one', 'a b', { epoch: 'e1', after: 13, prelude })
    audience.accept(item('a', 14, 13))
    expect(news()).toEqual(['one: ready at 7, a:13 b:8', 'one: b8 a13', 'other: a14', 'one: a14'])
  })
})

test('another log ends every stream, for its ids mean nothing any more', () => {
  audience.begin('e1', 10)
  const live = join('live', 'a')
  activate(10, { a: 0 })
  const catching = join('catching', 'a', { after: 2 })
  join('waiting', 'b')
  audience.accept(item('a', 11, 0))
  told = []
  audience.begin('e2', 4)
  // What was accepted before is still of the log that it was accepted from.
  expect(news().sort()).toEqual([
    'catching: end, reset',
    'live: a11',
    'live: end, reset',
    'waiting: end, reset',
  ])
  expect([audience.epoch, audience.tip, audience.channels.size]).toEqual(['e2', 4, 0])
  audience.page(catching, [item('a', 3, 0)], 4)
  audience.leave(live, 0)
  join('new', 'a', { epoch: 'e2', after: 4 })
  activate(4, { a: 3 }, 'e2')
  expect(news()).toEqual(['want a', 'new: ready at 4, a:3'])
})
