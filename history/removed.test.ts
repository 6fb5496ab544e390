import { beforeEach, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { cutIntoPartitions, draft, openLog, openSql, type Sql } from '../test/support/testLog.ts'
import type { LogWriter } from './logWriter.ts'
import { RetentionLog } from './retention.ts'
import type { PageQuery } from './types.ts'

const opened = disposables()
let sql: Sql
let history: LogWriter
let retention: RetentionLog

const from = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at)

/** The first and the last position of a page, and what it tells of the channel and the log. */
async function page(query: Partial<PageQuery>): Promise<unknown[]> {
  const found = await history.page({ channels: ['lobby'], limit: 100, order: 'desc', ...query })
  const positions = found.entries.map(({ position }) => position)
  return [positions[0], positions.at(-1), found.more, found.head, found.low]
}

/** All messages up to a position, and the partitions that are empty then. */
async function removeUpTo(position: number): Promise<void> {
  const range = { after: 0, upTo: position }
  while ((await retention.stepAlong(range, () => true))?.removed !== 0) continue
  await retention.dropPartitions()
}

describe('after messages have been removed', () => {
  const all = { after: 0, upTo: 350, maxBytes: 1e6 }
  let epoch: string
  let ids: string[]

  /** `old` has the positions 1 to 50 and `lobby` those from 51 to 350. What is up to 200 is removed. */
  beforeEach(async () => {
    const url = await testDatabase()
    sql = openSql(url, opened)
    await cutIntoPartitions(sql, 100, 1)
    history = openLog(url, opened)
    const removing = new RetentionLog({ databaseUrl: url, logId: 0, onError: () => {} })
    opened.add(() => removing.close())
    retention = removing
    const channels = Array.from({ length: 350 }, (_, at) => (at < 50 ? 'old' : 'lobby'))
    const answers = await Promise.all(
      channels.map((channel, at) =>
        history.append(draft({ channel, key: at < 60 ? `k${at}` : null })),
      ),
    )
    ids = answers.map(({ entry }) => JSON.parse(entry.json).id)
    epoch = (await history.head()).epoch
    await removeUpTo(200)
  })

  test('the heads are the same, and a mark that was removed has no id', async () => {
    const { channels, ...head } = await history.heads(['old', 'lobby'], 200)
    expect(head).toEqual({
      epoch,
      position: 350,
      id: ids[349],
      idAt: '',
      lows: new Map([
        ['old', 50],
        ['lobby', 200],
      ]),
    })
    expect(Object.fromEntries(channels)).toEqual({ old: 50, lobby: 350 })
    expect(await history.head(201)).toMatchObject({ idAt: ids[200] })
  })

  test('a scan and a range give the messages that are left', async () => {
    const found = await history.scan({ epoch, ...all, mark: 1 })
    expect(found.entries.map(({ position }) => position)).toEqual(from(201, 350))
    expect(found).toMatchObject({ upTo: 350, id: ids[349], idAt: '' })
    expect(await history.scan({ epoch, ...all, upTo: 150 })).toMatchObject({
      entries: [],
      upTo: 150,
      id: '',
    })
    const range = await history.range({ epoch, ...all, channels: ['old', 'lobby'], limit: 10 })
    expect(range.entries.map(({ position }) => position)).toEqual(from(201, 210))
    expect(range.upTo).toBe(210)
  })

  test('pages end where the messages do', async () => {
    expect(await page({})).toEqual([350, 251, true, 350, 200])
    expect(await page({ before: 301 })).toEqual([300, 201, false, 350, 200])
    expect(await page({ order: 'asc' })).toEqual([201, 300, true, 350, 200])
    expect(await page({ order: 'asc', from: new Date(0) })).toEqual([201, 300, true, 350, 200])
    expect(await page({ channels: ['old'] })).toEqual([undefined, undefined, false, 50, 50])
  })

  test('the newest messages, single messages and times are found', async () => {
    const { entries } = await history.last({ channels: ['old', 'lobby'], count: 2, maxBytes: 1e6 })
    expect(entries.map(({ position }) => position)).toEqual([349, 350])
    expect(await history.message('lobby', 200)).toBe(undefined)
    expect(await history.message('lobby', 201)).toMatchObject({ previous: 200 })
    expect(await history.positionBefore(new Date(0))).toBe(200)
    expect(await history.channel('old')).toMatchObject({ head: 50 })
  })

  test('appends follow the removed messages, and a key of a removed message is new', async () => {
    expect(await history.append(draft({ channel: 'old' }))).toMatchObject({
      link: ids[349],
      entry: { position: 351, previous: 50 },
    })
    const keyed = draft({ channel: 'old', key: 'k3' })
    const again = await history.append(keyed)
    expect(again).toMatchObject({ repeated: false, entry: { position: 352 } })
    expect(await history.append(keyed)).toEqual({ ...again, link: '', repeated: true })
  })

  test('the log still knows its head, even if all are gone', async () => {
    await removeUpTo(350)
    expect(await history.head(350)).toEqual({ epoch, position: 350, id: ids[349], idAt: ids[349] })
    expect(await history.scan({ epoch, ...all, mark: 350 })).toMatchObject({
      entries: [],
      id: ids[349],
      idAt: ids[349],
    })
    expect(await history.endEpoch(epoch, { position: 350, id: ids[349] ?? '' })).toBe(false)
    expect(await history.endEpoch(epoch, { position: 349, id: 'another' })).toBe(false)
    expect(await history.endEpoch(epoch, { position: 350, id: 'another' })).toBe(true)
    expect(await history.positionBefore(new Date(0))).toBe(350)
    expect(await history.append(draft())).toMatchObject({
      link: ids[349],
      entry: { position: 351, previous: 350 },
    })
  })
})
