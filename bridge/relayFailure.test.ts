import { beforeEach, describe, expect, test } from '@jest/globals'
import { entries } from '../test/support/testSequencer.ts'
import { TestRelay } from '../test/support/testRelay.ts'

let run: TestRelay

beforeEach(async () => {
  run = new TestRelay()
  await run.begin(5)
})

/** A second in which the log is at `position`; what else was asked in it. */
async function second(position: number): Promise<string[]> {
  await run.pass(1_000)
  await run.answer('head', { epoch: 'e1', position })
  return run.news().filter((question) => question !== 'head')
}

describe('a read of the log that fails for half a minute', () => {
  let followed: boolean[]

  beforeEach(async () => {
    followed = []
    run.hear(8)
    await run.pass(40)
    for (let attempt = 0; attempt < 30; attempt++) {
      await run.fail('fetch')
      run.hear(9 + attempt)
      await second(8 + attempt)
      await run.answer('open', 5)
      followed.push(run.relay.follows)
      await run.pass(40)
    }
  })

  test('is logged once when it begins and once when it is over', async () => {
    expect(run.logged()).toEqual(['action failed; trying again'])
    expect(new Set(followed)).toEqual(new Set([false]))
    await run.answer('fetch', { entries: entries(6, 7) })
    expect([run.logged(), run.relay.follows]).toEqual([[], false])
    await run.answer('append', 7)
    expect([run.logged(), run.relay.follows]).toEqual([['the failed action succeeded'], true])
  })

  test('is counted at each attempt, a second apart', async () => {
    expect(await run.failures()).toEqual({ open: 0, append: 0, fetch: 30, end: 0 })
  })

  test('leaves the messages behind it to be appended when it is over', async () => {
    run.news()
    await run.answer('fetch', { entries: entries(6, 7) })
    const rest = Array.from({ length: 31 }, (_, index) => 8 + index).join(' ')
    expect(run.news()).toEqual([`append 5: 6 7 ${rest}`])
  })

  test('shows as a lag that grows with the log, not as all that the log holds', async () => {
    expect(await run.value('lag')).toBe(37 - 5)
  })
})

test('an append that fails again and again is logged once when it begins and once when it is over', async () => {
  run.hear(6)
  for (let attempt = 0; attempt < 5; attempt++) {
    run.news()
    await run.fail('append', 'OOM command not allowed')
    expect([run.relay.follows, await second(6)]).toEqual([false, [expect.stringMatching('open')]])
    await run.answer('open', 5)
    await run.pass(40)
    await run.answer('fetch', { entries: entries(6) })
    expect(run.news()).toEqual(['fetch 5-6', 'append 5: 6'])
  }
  await run.answer('append', 6)
  expect(run.logged()).toEqual(['action failed; trying again', 'the failed action succeeded'])
  expect([run.relay.follows, await second(6)]).toEqual([true, ['watermark e1']])
  expect(await run.failures()).toEqual({ open: 0, append: 5, fetch: 0, end: 0 })
})

test('a Redis that goes away while nothing is posted is noticed, asked once a second, and followed again', async () => {
  await run.pass(1_000)
  await run.answer('head', { epoch: 'e1', position: 5 })
  await run.fail('watermark')
  for (let attempt = 0; attempt < 5; attempt++) {
    run.news()
    await run.fail('open')
    expect([run.relay.follows, await second(5)]).toEqual([false, ['open e1 at 5']])
  }
  expect(run.logged()).toEqual(['action failed; trying again'])
  await run.answer('open', 5)
  expect([run.logged(), run.relay.follows]).toEqual([['the failed action succeeded'], true])
})

test('two failures with success between them are two', async () => {
  for (const position of [6, 7]) {
    run.hear(position)
    await run.fail('append')
    await second(position)
    await run.answer('open', position)
    expect(run.logged()).toEqual(['action failed; trying again', 'the failed action succeeded'])
  }
})

test('a failure is logged with its reason, but without messages', async () => {
  run.hear(6)
  await run.fail('append', 'OOM command not allowed')
  expect(run.lines()).toMatchObject([{ action: 'append', reason: 'OOM command not allowed' }])
  expect(Object.keys(run.lines()[0] ?? {})).not.toContain('err')
})

test('received, appended and read messages are counted', async () => {
  run.hear(8, 8)
  await run.pass(40)
  await run.answer('fetch', { entries: entries(6, 7) })
  await run.answer('append', 8)
  const counts = [run.value('received'), run.value('fetched'), run.value('appended')]
  expect(await Promise.all(counts)).toEqual([2, 2, 3])
  await second(10)
  expect(await run.value('lag')).toBe(2)
})

describe('a log that went back', () => {
  beforeEach(async () => {
    run = new TestRelay()
    await run.begin(10)
    await run.pass(1_000)
    await run.answer('head', { epoch: 'e1', position: 8 })
  })

  test('has its epoch ended, is looked at again at once, and is copied from its new head', async () => {
    await run.answer('end e1 at 10', true)
    await run.answer('head', { epoch: 'e2', position: 9 })
    expect(run.open).toContain('open e2 at 9')
    expect(run.ended).toEqual(['e1 at 10'])
  })

  test('whose epoch another bridge has ended is looked at in the next second', async () => {
    await run.answer('end', false)
    expect([run.open.includes('head'), run.ended]).toEqual([false, []])
    await run.pass(1_000)
    expect(run.open).toContain('head')
  })

  test('whose epoch cannot be ended is tried again', async () => {
    await run.fail('end')
    expect((await run.failures())['end']).toBe(1)
    await run.pass(1_000)
    await run.answer('head', { epoch: 'e1', position: 8 })
    expect(run.open).toContain('end e1 at 10')
  })
})

test('a read that failed is tried with less, and with a little more after each success', async () => {
  run = new TestRelay()
  await run.begin(10)
  run.hear(20)
  for (const isGood of [false, false, true, true]) {
    await run.pass(1_000)
    while (run.open.includes('head')) await run.answer('head', { epoch: 'e1', position: 20 })
    if (run.open.includes('open e1 at 20')) await run.answer('open', 10)
    await run.pass(50)
    if (isGood) await run.answer('fetch', { entries: [] })
    else await run.fail('fetch')
  }
  expect(run.bytesAsked).toEqual([4_000_000, 2_000_000, 1_000_000, 1_062_500])
})
