import { describe, expect, jest, test } from '@jest/globals'
import type { Entry } from '../contract/message.ts'
import { Problem } from '../contract/problem.ts'
import { disposables } from '../test/support/disposables.ts'
import { faultsOf } from '../test/support/logFaults.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql } from '../test/support/testLog.ts'

const opened = disposables()

/** In seconds. */
const YEAR = 31_536_000

describe('an append', () => {
  test('gives what the database holds', async () => {
    const history = openLog(await testDatabase(), opened)
    const before = Date.now()
    const one = draft({ channel: 'rooms.berlin', data: '{"b":1.0,"a":[1e400,"\\u2028\u2028"]}' })
    const { entry, epoch, repeated } = await history.append(one)
    expect([epoch, repeated]).toEqual([expect.stringMatching(/^[0-9a-z]{1,16}$/), false])
    expect(entry).toMatchObject({ position: 1, previous: 0, channel: 'rooms.berlin' })
    const { sentAt, ...rest } = JSON.parse(entry.json)
    expect(rest).toMatchObject({
      id: one.id,
      type: 'message',
      sender: { id: 'alice', name: 'Alice' },
    })
    expect(new Date(sentAt).toISOString()).toBe(sentAt)
    expect(Date.parse(sentAt)).toBeGreaterThan(before - 60_000)
    // Byte for byte: also what JSON.parse would have changed.
    expect(entry.json).toContain(`"data":${one.data},`)
    expect(await history.message('rooms.berlin', 1)).toEqual(entry)
  })

  test('by several callers at once leaves no hole, and every previous is right', async () => {
    const url = await testDatabase()
    const sql = openSql(url, opened)
    const first = openLog(url, opened)
    const callers = [first, openLog(url, opened), openLog(url, opened)]
    const appends = callers.flatMap((caller, one) =>
      Array.from({ length: 300 }, (_, index) =>
        caller.append(
          draft({
            channel: `c${(index * 7 + one) % 5}`,
            key: index % 4 === 0 ? `k${index % 40}` : null,
          }),
        ),
      ),
    )
    const answers = await Promise.all(appends)
    expect(await faultsOf(sql)).toEqual([])
    const fresh = answers.filter(({ repeated }) => !repeated)
    const positions = fresh.map(({ entry }) => entry.position).sort((x, y) => x - y)
    expect(positions).toEqual(positions.map((_, index) => index + 1))
    expect(positions.length).toBeGreaterThan(675)
    const { epoch } = await first.head()
    const stored: Entry[] = []
    while (stored.length < positions.length) {
      const query = { epoch, after: stored.length, upTo: positions.length, maxBytes: 1_000_000 }
      stored.push(...(await first.scan(query)).entries)
    }
    for (const { entry } of answers) expect(stored[entry.position - 1]).toEqual(entry)
  })

  test('that fails leaves no hole', async () => {
    const url = await testDatabase()
    const sql = openSql(url, opened)
    const history = openLog(url, opened)
    await history.append(draft())
    const answers = await Promise.allSettled([
      history.append(draft({ channel: 'new' })),
      // Alone in its batch or with the next one: a batch is one transaction.
      history.append(draft({ channel: 'new', data: '{' })),
      history.append(draft({ channel: 'lobby' })),
    ])
    expect(answers[1]).toMatchObject({ status: 'rejected', reason: { type: 'internal' } })
    await history.append(draft({ channel: 'new' }))
    expect(await faultsOf(sql)).toEqual([])
  })

  test('in one of many full batches keeps its order; a batch that fails takes no other with it', async () => {
    const url = await testDatabase()
    const sql = openSql(url, opened)
    const history = openLog(url, opened)
    const appends = Array.from({ length: 4_000 }, (_, at) =>
      history.append(draft({ channel: `c${at % 3}`, data: at === 1_800 ? '{' : `${at}` })),
    )
    expect(history.load).toBeGreaterThan(7)
    const answers = await Promise.allSettled(appends)
    const failed = answers.flatMap(({ status }, at) => (status === 'rejected' ? [at] : []))
    expect(failed).toContain(1_800)
    expect(failed.length).toBeLessThanOrEqual(512)
    const stored = answers.flatMap((answer) =>
      answer.status === 'fulfilled' ? [answer.value.entry.position] : [],
    )
    expect(stored).toEqual(stored.map((_, index) => index + 1))
    expect(await faultsOf(sql)).toEqual([])
    expect(history.load).toBe(0)
  })

  test('is stored in the same way with a key and without', async () => {
    const urls = await Promise.all([testDatabase(), testDatabase()])
    const drafts = Array.from({ length: 100 }, (_, at) =>
      draft({ channel: `c${(at * 7) % 5}`, type: `t${at % 3}`, data: `${at}` }),
    )
    const [without, keyed] = await Promise.all(
      urls.map(async (url, which) => {
        const history = openLog(url, opened)
        const appends = drafts.map((each, at) =>
          history.append({ ...each, key: which === 0 ? null : `k${at}` }),
        )
        const sql = openSql(url, opened)
        const answers = await Promise.all(appends)
        return {
          answers: answers.map(({ entry, link }) => {
            const { sentAt: _, ...message } = JSON.parse(entry.json)
            return { link, message }
          }),
          faults: await faultsOf(sql),
          channels: await sql('select "name", "head", "count" from "channel" order by "name"'),
          log: await sql('select "head", "last_id" from "log"'),
          // The order on the disk is that of the log: pages are read in it.
          rows: await sql(
            'select "position", "previous", "id", "type" from "message" order by ctid',
          ),
        }
      }),
    )
    expect(without).toEqual(keyed)
    expect(without?.faults).toEqual([])
    expect(without?.rows).toHaveLength(100)
  })

  test('is never older than the one before it, whatever the clock does', async () => {
    const url = await testDatabase()
    const sql = openSql(url, opened)
    const history = openLog(url, opened)
    await sql(`update "log" set "last_at" = '2999-01-01T00:00:00.5Z'`)
    for (let count = 0; count < 3; count++) {
      const { entry } = await history.append(draft())
      expect(JSON.parse(entry.json).sentAt).toBe('2999-01-01T00:00:00.500Z')
    }
    expect(await faultsOf(sql)).toEqual([])
  })

  test('has the earlier of the times of two clocks, with a minute of grace', async () => {
    const url = await testDatabase()
    const history = openLog(url, opened)
    /** Appends with a clock of the process that is so many seconds off; the message's time, as seconds from now. */
    const append = async (off: number): Promise<number> => {
      const now = Date.now()
      const shifted = jest.spyOn(Date, 'now').mockReturnValue(now + off * 1_000)
      const { entry } = await history.append(draft())
      shifted.mockRestore()
      return (Date.parse(JSON.parse(entry.json).sentAt) - now) / 1_000
    }
    // Seen from this process the database is a year ahead.
    expect(await append(-YEAR)).toBe(60 - YEAR)
    expect(history.clocks).toEqual({
      difference: expect.closeTo(YEAR, -3),
      lastAt: expect.closeTo(Date.now() + (60 - YEAR) * 1_000, -6),
    })
    // Nothing of that stays when it is right again, and a process that is ahead moves no time.
    for (const off of [0, 59, YEAR]) {
      const time = await append(off)
      expect([off, time]).toEqual([off, expect.closeTo(0, -2)])
    }
    expect(history.clocks.difference).toBeCloseTo(-YEAR, -3)
    expect(await faultsOf(openSql(url, opened))).toEqual([])
  })

  test('goes only to its own log', async () => {
    const url = await testDatabase()
    const sql = openSql(url, opened)
    await sql(`insert into "log" ("id", "epoch") values (1, 'other')`)
    const [zero, one] = [openLog(url, opened), openLog(url, opened, { logId: 1 })]
    await zero.append(draft())
    await zero.append(draft())
    const { entry, epoch } = await one.append(draft())
    expect([entry.position, entry.previous, epoch]).toEqual([1, 0, 'other'])
    expect((await zero.head()).position).toBe(2)
    expect(await one.message('lobby', 2)).toBe(undefined)
  })

  test('is refused at once if too much is waiting, and taken again afterwards', async () => {
    const history = openLog(await testDatabase(), opened, { appendQueueBytes: 10_000 })
    const big = { data: JSON.stringify('x'.repeat(3_000)) }
    const answers = await Promise.allSettled(
      Array.from({ length: 20 }, () => history.append(draft(big))),
    )
    const refused = answers.filter(({ status }) => status === 'rejected')
    for (const answer of refused) {
      expect(answer).toEqual({ status: 'rejected', reason: new Problem('overloaded') })
    }
    // One under way and two waiting; what was stored is exactly what was promised.
    expect(answers.length - refused.length).toBe(3)
    expect((await history.head()).position).toBe(3)
    expect((await history.append(draft(big))).entry.position).toBe(4)
  })

  test('is counted in stored bytes, not in characters', async () => {
    const history = openLog(await testDatabase(), opened, { appendQueueBytes: 10_000 })
    const answers = await Promise.allSettled(
      ['x', '€'].map((letter) =>
        history.append(draft({ data: JSON.stringify(letter.repeat(3_300)) })),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  })

  test('larger than the whole queue is refused', async () => {
    const history = openLog(await testDatabase(), opened, { appendQueueBytes: 0 })
    await expect(history.append(draft())).rejects.toMatchObject({ type: 'overloaded' })
  })
})
