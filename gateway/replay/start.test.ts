import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Registry } from 'prom-client'
import { LogReader } from '../../history/logReader.ts'
import { disposables } from '../../test/support/disposables.ts'
import { testDatabase } from '../../test/support/testDatabase.ts'
import { draft, openLog, openSql } from '../../test/support/testLog.ts'
import { TestReplay } from '../../test/support/testReplay.ts'
import type { Frame } from '../hub/frame.ts'
import type { Start } from '../hub/joining.ts'
import { createGatewayMetrics } from '../metrics.ts'
import { Replay } from './replay.ts'

const opened = disposables()
const always = (): boolean => true
const never = (): boolean => false
const positions = ({ prelude }: Start<Frame>): number[] | undefined =>
  prelude?.items.map(({ position }) => position)

describe('a start', () => {
  let replay: Replay
  let epoch: string

  /** a1 b2 a3 b4 a5, one a minute from 12:01 on. */
  beforeAll(async () => {
    const databaseUrl = await testDatabase()
    const history = openLog(databaseUrl, opened)
    for (let position = 1; position <= 5; position++) {
      await history.append(draft({ channel: position % 2 === 0 ? 'b' : 'a' }))
    }
    await openSql(
      databaseUrl,
      opened,
    )(
      `update "message" set "sent_at" = '2026-11-21T12:00:00Z'::timestamptz + "position" * interval '1 minute'`,
    )
    const log = new LogReader({ databaseUrl, logId: 0, connections: 2, onError: () => {} })
    opened.add(() => log.close())
    epoch = (await log.head()).epoch
    replay = new Replay({
      recent: { read: () => Promise.resolve(undefined) },
      log,
      metrics: createGatewayMetrics(new Registry()),
      keepMs: 0,
    })
  })

  test('is at the requested place', async () => {
    const found = await Promise.all(
      (
        [
          { kind: 'now' },
          { kind: 'id', epoch: 'e9', position: 3 },
          { kind: 'position', position: 99 },
          { kind: 'time', time: new Date('2026-11-21T12:03:00Z') },
          { kind: 'time', time: new Date('2026-11-21T13:00:00Z') },
        ] as const
      ).map((since) => replay.findStart({ since, channels: ['a'] }, always)),
    )
    expect(found).toEqual([
      {},
      { epoch: 'e9', after: 3 },
      { after: 99 },
      { after: 2 },
      { after: 5 },
    ])
  })

  test.each([
    [1, ['a', 'b'], [4, 5]],
    [2, ['a', 'b'], [2, 3, 4, 5]],
    [2, ['a'], [3, 5]],
    [100, ['b', 'nobody'], [2, 4]],
    [1, ['nobody'], []],
  ])('with the last %d of each of %j sends %j first', async (count, channels, sent) => {
    const start = await replay.findStart({ since: { kind: 'last', count }, channels }, always)
    expect([start.epoch, start.after, positions(start)]).toEqual([epoch, 5, sent])
    expect(start.prelude?.items[0]?.text ?? `id:${epoch}`).toContain(`id:${epoch}`)
  })
})

describe('starts that ask the log', () => {
  let run: TestReplay
  const last = (count: number, isWanted = always, channels = ['a']): Promise<Start<Frame>> =>
    run.replay.findStart({ since: { kind: 'last', count }, channels }, isWanted)
  const since = (time: string): Promise<Start<Frame>> =>
    run.replay.findStart({ since: { kind: 'time', time: new Date(time) }, channels: ['a'] }, always)

  beforeEach(() => {
    run = new TestReplay({ keepMs: 3_600_000 })
  })

  test('are one question if they are the same, in one read with a limit in bytes, and its answer is kept', async () => {
    const starts = Array.from({ length: 1_000 }, () => last(10))
    await run.answer()
    const found = new Set((await Promise.all(starts)).map(({ prelude }) => prelude))
    found.add((await last(10)).prelude)
    expect([found.size, run.asked]).toEqual([1, ['last 10 of a in 524288']])
  })

  test('are another question if they differ in anything', async () => {
    const starts = [
      last(1),
      last(2),
      last(1, always, ['a', 'b']),
      since('2026-11-21T12:00:00Z'),
      since('2026-11-21T12:01:00Z'),
      since('2026-11-21T12:00:00Z'),
    ]
    await run.answer()
    expect((await Promise.all(starts)).map((start) => positions(start) ?? start.after)).toEqual([
      [250],
      [249, 250],
      [250],
      7,
      7,
      7,
    ])
    expect(run.asked).toEqual([
      'last 1 of a in 524288',
      'last 2 of a in 524288',
      'last 1 of a b in 524288',
      'before 2026-11-21T12:00:00.000Z',
      'before 2026-11-21T12:01:00.000Z',
    ])
  })

  test('for a time are asked again later, because for a future time the answer is the head, which moves', async () => {
    for (let count = 0; count < 2; count++) {
      const start = since('2026-11-21T12:00:00Z')
      await run.answer()
      expect(await start).toEqual({ after: 7 })
    }
    expect(run.asked.length).toBe(2)
  })

  test('fail without a question if all their readers have left when their turn comes', async () => {
    for (let count = 1; count <= 8; count++) void last(count)
    const outcomes = Promise.allSettled([last(10, never), last(11, never), last(11)])
    await run.answer()
    await run.answer()
    expect((await outcomes).map(({ status }) => status)).toEqual([
      'rejected',
      'fulfilled',
      'fulfilled',
    ])
    expect(run.asked.slice(8)).toEqual(['last 11 of a in 524288'])
  })

  test("fail with the log's problem, and ask it again the next time", async () => {
    run.isFailing = true
    const outcomes = Promise.allSettled([last(10), last(10)])
    await run.answer()
    expect((await outcomes).map((one) => one.status === 'rejected' && String(one.reason))).toEqual([
      'Error: away',
      'Error: away',
    ])
    run.isFailing = false
    const start = last(10)
    await run.answer()
    expect([(await start).prelude?.items.length, run.asked.length]).toEqual([10, 2])
  })
})
