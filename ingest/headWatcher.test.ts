import { beforeEach, describe, expect, test } from '@jest/globals'
import { MemoryLog } from '../test/support/memoryLog.ts'
import { VirtualClock } from '../test/support/virtualClock.ts'
import { HeadWatcher, type Wait } from './headWatcher.ts'

let log: MemoryLog
let clock: VirtualClock
let watcher: HeadWatcher
/** Queries of the log. */
let queries: (readonly string[])[]

beforeEach(() => {
  log = new MemoryLog()
  clock = new VirtualClock()
  queries = []
  watcher = new HeadWatcher({
    heads: (channels) => {
      queries.push(channels)
      return log.heads(channels)
    },
    clock,
  })
})

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const aHundred = (at: number) => Array.from({ length: 100 }, (_, n) => `c${at}-${n}`)

/** A wait, and what became of it. */
function begin(wait: Partial<Wait> = {}): { answer: unknown; leave: () => void } {
  const leaving = new AbortController()
  const waiting = {
    who: 'alice',
    channels: ['a'],
    after: 0,
    milliseconds: 1_000,
    left: leaving.signal,
    ...wait,
  }
  const state: { answer: unknown; leave: () => void } = {
    answer: 'waits',
    leave: () => leaving.abort(),
  }
  watcher.wait(waiting).then(
    (head) => (state.answer = head),
    (error: unknown) => (state.answer = Object(error).type),
  )
  return state
}

async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    clock.pass(Math.min(100, ms - passed))
    await settled()
  }
}

describe('a wait', () => {
  test('for what is there already ends at once', async () => {
    log.append('a')
    const one = begin()
    await settled()
    expect([one.answer, watcher.size, clock.timers.size]).toEqual([1, 0, 0])
  })

  test('ends within a tenth of a second when a message comes on one of its channels', async () => {
    const one = begin({ channels: ['b', 'a'] })
    const other = begin({ channels: ['c'] })
    await pass(500)
    expect(one.answer).toBe('waits')
    log.append('a')
    await pass(100)
    expect([one.answer, other.answer]).toEqual([1, 'waits'])
  })

  test('ends without a head when its time is over, and not before', async () => {
    const one = begin({ milliseconds: 1_000 })
    await pass(900)
    expect(one.answer).toBe('waits')
    await pass(100)
    expect([one.answer, watcher.size]).toEqual([undefined, 0])
  })

  test('whose reader leaves frees its place', async () => {
    const some = Array.from({ length: 20 }, () => begin())
    const refused = begin()
    await settled()
    expect(refused.answer).toBe('rate-limited')
    some[0]?.leave()
    const late = begin()
    await settled()
    expect([some[0]?.answer, late.answer, watcher.size]).toEqual([undefined, 'waits', 20])
  })

  test('ends at a drain, and so does a later one', async () => {
    const one = begin()
    await settled()
    watcher.end()
    const late = begin()
    await settled()
    expect([one.answer, late.answer, clock.timers.size]).toEqual([undefined, undefined, 0])
  })

  test('outlasts a log that is away', async () => {
    log.isFailing = true
    const one = begin()
    await pass(300)
    log.isFailing = false
    log.append('a')
    await pass(100)
    expect(one.answer).toBe(1)
  })
})

describe('all waits together', () => {
  test('ask for the head alone while nothing comes, and once for all of their channels if something does', async () => {
    for (let count = 0; count < 1_000; count++)
      begin({ who: `w${count}`, channels: [`c${count % 40}`] })
    await pass(300)
    queries.length = 0
    await pass(300)
    expect(queries).toEqual([[], [], []])
    log.append('elsewhere')
    await pass(200)
    expect(queries.map(({ length }) => length)).toEqual([0, 0, 0, 0, 40, 0])
  })

  test('ask nothing when nobody waits', async () => {
    begin({ milliseconds: 100 })
    await pass(200)
    queries.length = 0
    await pass(1_000)
    expect([queries, clock.timers.size]).toEqual([[], 0])
  })

  test('are a thousand at most', async () => {
    for (let count = 0; count < 1_000; count++) begin({ who: `w${count}` })
    const refused = begin({ who: 'late' })
    await settled()
    expect([refused.answer, watcher.size]).toEqual(['overloaded', 1_000])
  })

  test('name two thousand channels at most', async () => {
    for (let count = 0; count < 20; count++) begin({ channels: aHundred(count) })
    const refused = begin({ who: 'late', channels: ['another'] })
    const known = begin({ who: 'late', channels: ['c0-0'] })
    await settled()
    expect([refused.answer, known.answer]).toEqual(['overloaded', 'waits'])
  })
})
