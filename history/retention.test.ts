import { beforeEach, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { draft } from '../test/support/testLog.ts'
import { ALL, TestRetention, keep, upTo } from '../test/support/testRetention.ts'

const opened = disposables()
let log: TestRetention

describe('a step', () => {
  beforeEach(async () => {
    log = await TestRetention.start(opened)
  })

  test('along the log removes what goes, and says how far it came', async () => {
    const remover = log.open()
    const some = { after: 0, upTo: 8 }
    expect(await remover.stepAlong(some, upTo({ a: 4 }))).toEqual({ removed: 2, reached: 8 })
    expect(await log.left('a')).toEqual({ is: [5, 7, 9], low: 3, head: 9, messages: 3 })
    expect(await log.left('b')).toMatchObject({ low: 0, messages: 5 })
    const rest = { after: 3, upTo: 9 }
    expect(await remover.stepAlong(rest, () => true)).toEqual({ removed: 6, reached: 9 })
    expect(await log.left('a')).toMatchObject({ is: [], low: 9 })
    expect(await log.left('b')).toMatchObject({ is: [2, 10], low: 8 })
  })

  test('by number removes the first messages of each channel, and none that is too young', async () => {
    const remover = log.open()
    const bounds = [keep('a', 3), keep('b', 0)]
    expect(await remover.stepBeyond(bounds, 5)).toEqual({ removed: 4, more: false })
    expect(await log.left('a')).toEqual({ is: [5, 7, 9], low: 3, head: 9, messages: 3 })
    expect(await log.left('b')).toEqual({ is: [6, 8, 10], low: 4, head: 10, messages: 3 })
  })

  test('that finds nothing changes nothing', async () => {
    const remover = log.open()
    const bounds = [keep('a', 5), keep('none', 0)]
    expect(await remover.stepBeyond(bounds, 100)).toEqual({ removed: 0, more: false })
    expect(await remover.stepAlong(ALL, upTo({ b: 1 }))).toEqual({ removed: 0, reached: 100 })
    expect(await log.left('a')).toEqual({ is: [1, 3, 5, 7, 9], low: 0, head: 9, messages: 5 })
  })

  test('takes 250 at most, and says that there are more', async () => {
    await log.append(510)
    const remover = log.open()
    const bounds = [keep('a', 0), keep('b', 10)]
    const steps = [await remover.stepBeyond(bounds, 1e6), await remover.stepBeyond(bounds, 1e6)]
    expect(steps).toEqual([
      { removed: 250, more: true },
      { removed: 250, more: true },
    ])
    expect(await remover.stepBeyond(bounds, 1e6)).toEqual({ removed: 10, more: false })
    expect(await log.left('a')).toMatchObject({ is: [], head: 519, messages: 0 })
    expect(await log.left('b')).toMatchObject({ low: 500, messages: 10 })
  })

  test('takes a thousand at most along the log, and fewer if they are large, as by number', async () => {
    await log.append(2_000)
    const remover = log.open()
    const next = (after: number) =>
      remover.stepAlong({ after, upTo: 2_005 }, (channel) => channel === 'a')
    expect(await next(0)).toEqual({ removed: 500, reached: 1_000 })
    await log.sql(`update "message" set "data" = to_json(repeat('x', 2000000))
      where "position" between 1001 and 1006 or "position" in (502, 504, 506, 508)`)
    expect(await next(1_000)).toEqual({ removed: 1, reached: 1_002 })
    expect(await next(1_002)).toEqual({ removed: 1, reached: 1_004 })
    expect(await next(1_004)).toEqual({ removed: 500, reached: 2_004 })
    expect(await next(2_004)).toEqual({ removed: 1, reached: 2_005 })
    const beyond = () => remover.stepBeyond([keep('b', 0)], 1_008)
    const steps = [250, 2, 248, 2].map((removed) => ({ removed, more: true }))
    for (const step of steps) expect(await beyond()).toEqual(step)
    expect(await beyond()).toEqual({ removed: 2, more: false })
  })

  test('does nothing while another process takes one', async () => {
    let isInside: (() => void) | undefined
    let release: (() => void) | undefined
    const inside = new Promise<void>((resolve) => (isInside = resolve))
    const held = new Promise<void>((resolve) => (release = resolve))
    const one = log.open(async () => {
      isInside?.()
      await held
      return { file: 'one', bytes: 1 }
    })
    const step = one.stepBeyond([keep('a', 0)], 100)
    await inside
    expect(await log.open().stepBeyond([keep('b', 0)], 100)).toBe(undefined)
    release?.()
    expect(await step).toEqual({ removed: 5, more: false })
    expect(await log.left('b')).toMatchObject({ low: 0 })
  })

  test('and appends to the same channels at once do not fail, and every count is right', async () => {
    const remover = log.open()
    const bounds = ['a', 'b', 'c', 'd'].map((channel) => keep(channel, 3))
    const drafts = Array.from({ length: 2_000 }, (_, at) =>
      draft({ channel: 'abcd'[at % 4] ?? '' }),
    )
    const appended = Promise.all(drafts.map((one) => log.history.append(one)))
    for (let step = 0; step < 30; step++) await remover.stepBeyond(bounds, 1e6)
    await appended
    while ((await remover.stepBeyond(bounds, 1e6))?.more === true) continue
    expect(
      await log.sql(`select "name", ("count" - "removed")::int as "kept", (select count(*)::int from "message" m
        where m."channel" = c."name" and m."position" > c."low") as "left", (select count(*)::int
        from "message" m where m."channel" = c."name") as "rows" from "channel" c order by "name"`),
    ).toEqual(['a', 'b', 'c', 'd'].map((name) => ({ name, kept: 3, left: 3, rows: 3 })))
  })
})

test('times are positions, by the database’s clock', async () => {
  log = await TestRetention.start(opened)
  await log.sql(`update "message" set "sent_at" = now() - interval '3 days' where "position" <= 6`)
  const remover = log.open()
  expect(await remover.positionBefore(2 * 86_400)).toBe(6)
  expect(await remover.positionBefore(4 * 86_400)).toBe(0)
  expect(await remover.positionBefore(-60)).toBe(10)
})

test('channels come in order of their names, and those without messages do not', async () => {
  log = await TestRetention.start(opened)
  const remover = log.open()
  await remover.stepBeyond([keep('a', 4)], 100)
  const b = { channel: 'b', first: 2, messages: 5 }
  expect(await remover.channelsAfter('')).toEqual([{ channel: 'a', first: 3, messages: 4 }, b])
  expect(await remover.channelsAfter('a')).toEqual([b])
  await remover.stepBeyond([keep('b', 0)], 100)
  expect(await remover.channelsAfter('a')).toEqual([])
})
