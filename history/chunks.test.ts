import { describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql } from '../test/support/testLog.ts'
import { wholePage } from '../test/support/wholePage.ts'
import type { LogWriter } from './logWriter.ts'
import { readPage } from './page.ts'
import { Pool, type Parameter } from './pool.ts'
import type { Page } from './types.ts'

const opened = disposables()

/** The chunks of a page, and its positions, chunk by chunk; `meanwhile` runs between the first and the second. */
async function chunks(
  log: Pick<LogWriter, 'page'>,
  query: { limit: number; order: 'asc' | 'desc' },
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<{ first: Page; positions: number[][] }> {
  const first = await log.page({ channels: ['lobby'], ...query })
  await meanwhile()
  const positions: number[][] = []
  for (let chunk: Page | undefined = first; chunk !== undefined;) {
    positions.push(chunk.entries.map(({ position }) => position))
    chunk = chunk.rest && (await log.page(chunk.rest))
  }
  return { first, positions }
}

async function logOf(count: number, data: string): Promise<{ url: string; log: LogWriter }> {
  const url = await testDatabase()
  const log = openLog(url, opened)
  await Promise.all(Array.from({ length: count }, () => log.append(draft({ data }))))
  return { url, log }
}

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1)

describe('a page', () => {
  test('of many messages is read in chunks of a hundred, and its first one tells where the page ends', async () => {
    const { log } = await logOf(250, '1')
    const up = await chunks(log, { limit: 230, order: 'asc' })
    expect(up.positions.map(({ length }) => length)).toEqual([100, 100, 30])
    expect(up.positions.flat()).toEqual(upTo(230))
    expect(up.first).toMatchObject({ last: 230, more: true, head: 250 })
    const down = await chunks(log, { limit: 250, order: 'desc' })
    expect(down.positions.flat()).toEqual(upTo(250).toReversed())
    expect(down.first).toMatchObject({ last: 1, more: false, head: 250 })
  })

  test('of large messages is read in chunks of 131,072 bytes', async () => {
    // With its quotes each takes a quarter of that.
    const { log } = await logOf(9, JSON.stringify('x'.repeat(32_766)))
    for (const order of ['asc', 'desc'] as const) {
      const { positions } = await chunks(log, { limit: 9, order })
      expect(positions.map(({ length }) => length)).toEqual([4, 4, 1])
    }
  })

  test('of messages that are larger than a chunk is read one by one', async () => {
    const { log } = await logOf(3, JSON.stringify('x'.repeat(140_000)))
    const { positions, first } = await chunks(log, { limit: 2, order: 'desc' })
    expect([positions, first.last, first.more]).toEqual([[[3], [2]], 2, true])
  })

  test('has no message that comes while it is read: its head and its end stay true', async () => {
    const { log } = await logOf(120, '1')
    const later = () => log.append(draft())
    const { first, positions } = await chunks(log, { limit: 1_000, order: 'asc' }, later)
    expect(positions.flat()).toEqual(upTo(120))
    expect(first).toMatchObject({ head: 120, last: 120, more: false })
  })

  test('leaves out messages that are removed while it is read', async () => {
    const { url, log } = await logOf(120, '1')
    const sql = openSql(url, opened)
    const remove = () => sql('delete from "message" where "position" > 110')
    const { positions } = await chunks(log, { limit: 1_000, order: 'asc' }, remove)
    expect(positions.flat()).toEqual(upTo(110))
  })

  test('breaks off if the log changes its epoch while it is read', async () => {
    const { url, log } = await logOf(120, '1')
    const sql = openSql(url, opened)
    const restore = () => sql(`update "log" set "epoch" = 'other'`)
    await expect(chunks(log, { limit: 120, order: 'asc' }, restore)).rejects.toMatchObject({
      type: 'unavailable',
    })
  })

  test('of a log that does not exist is refused', async () => {
    const log = openLog(await testDatabase(), opened, { logId: 1 })
    const page = log.page({ channels: ['lobby'], limit: 1, order: 'asc' })
    await expect(page).rejects.toMatchObject({ type: 'unavailable' })
  })
})

/** Reads of more than so many bytes fail as it is told. */
class OverburdenedPool extends Pool {
  maxBytes = Infinity
  error: unknown
  readonly tried: number[] = []

  override query<Row>(sql: string, parameters: readonly Parameter[]): Promise<Row[]> {
    const bytes = Number(parameters.at(-1))
    this.tried.push(bytes)
    return bytes > this.maxBytes ? Promise.reject(this.error) : super.query(sql, parameters)
  }
}

async function overburdened(maxBytes: number, error: unknown) {
  const { url } = await logOf(40, JSON.stringify('x'.repeat(998)))
  const pool = new OverburdenedPool({ databaseUrl: url, connections: 1, onError: () => {} })
  opened.add(() => pool.close())
  Object.assign(pool, { maxBytes, error })
  const log = {
    page: (query: Parameters<typeof readPage>[2]) =>
      readPage(pool, 0, query).then(({ answer }) => answer),
  }
  return { pool, log }
}

describe('a read that the database cannot give', () => {
  const timeout = { cause: { originalCode: '57014' } }

  test.each([
    ['in time', timeout],
    ['before its driver gives up', new Error('Query read timeout')],
    ['in its memory', { cause: { originalCode: '53200' } }],
  ])('%s is tried smaller, and so are the reads after it', async (_how, error) => {
    const { pool, log } = await overburdened(16_384, error)
    const page = await wholePage(log, { channels: ['lobby'], limit: 40, order: 'asc' })
    expect(page.entries.map(({ position }) => position)).toEqual(upTo(40))
    expect(pool.tried).toEqual([131_072, 16_384, 16_384, 16_384])
  })

  test('however small it is, fails', async () => {
    const { pool, log } = await overburdened(0, timeout)
    await expect(log.page({ channels: ['lobby'], limit: 40, order: 'asc' })).rejects.toBe(timeout)
    expect(pool.tried).toEqual([131_072, 16_384, 2_048])
  })

  test('for another reason is not tried again', async () => {
    const error = { cause: { originalCode: '57P03' } }
    const { pool, log } = await overburdened(0, error)
    await expect(log.page({ channels: ['lobby'], limit: 40, order: 'asc' })).rejects.toBe(error)
    expect(pool.tried.length).toBe(1)
  })
})
