import { describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { cutIntoPartitions, draft, openLog, openSql } from '../test/support/testLog.ts'
import type { Appended } from './types.ts'

const opened = disposables()

const idOf = ({ entry }: Appended): string => JSON.parse(entry.json).id

describe('the link of a message', () => {
  test('is the id of the message before it in the log, on any channel, in any batch, by any caller', async () => {
    const url = await testDatabase()
    await cutIntoPartitions(openSql(url, opened), 100, 1)
    const callers = [openLog(url, opened), openLog(url, opened), openLog(url, opened)]
    const answers = await Promise.all(
      callers.flatMap((caller) =>
        Array.from({ length: 250 }, (_, at) => caller.append(draft({ channel: `c${at % 4}` }))),
      ),
    )
    answers.sort((one, other) => one.entry.position - other.entry.position)
    expect(answers.map(({ link }) => link)).toEqual(['', ...answers.slice(0, -1).map(idOf)])
  })

  test('is empty for a repeat, and a repeat is not the link of the next message', async () => {
    const history = openLog(await testDatabase(), opened)
    const first = await history.append(draft({ key: 'k' }))
    // The first goes alone, the others wait for it together.
    const answers = await Promise.all(
      [null, 'k', 'l', 'l', null].map((key) => history.append(draft({ key }))),
    )
    const [second, again, third, repeat, fourth] = answers
    expect(answers.map(({ repeated }) => repeated)).toEqual([false, true, false, true, false])
    expect([again?.link, repeat?.link]).toEqual(['', ''])
    expect([second, third, fourth].map((one) => one?.link)).toEqual(
      [first, second, third].map((one) => one && idOf(one)),
    )
  })

  test('is of its own log', async () => {
    const url = await testDatabase()
    await openSql(url, opened)(`insert into "log" ("id", "epoch") values (1, 'other')`)
    const [zero, one] = [openLog(url, opened), openLog(url, opened, { logId: 1 })]
    const first = await zero.append(draft())
    expect((await one.append(draft())).link).toBe('')
    expect((await zero.append(draft())).link).toBe(idOf(first))
  })

  test('skips a batch that failed', async () => {
    const history = openLog(await testDatabase(), opened)
    const first = await history.append(draft())
    await expect(history.append(draft({ data: '{' }))).rejects.toMatchObject({ type: 'internal' })
    expect((await history.append(draft())).link).toBe(idOf(first))
  })
})

describe('a mark', () => {
  test('is answered with the id of its message, by every read that takes one', async () => {
    const history = openLog(await testDatabase(), opened)
    expect(await history.head()).toMatchObject({ position: 0, id: '', idAt: '' })
    expect(await history.head(1)).toMatchObject({ position: 0, id: '', idAt: '' })
    const ids: string[] = []
    for (const channel of ['a', 'b', 'a']) ids.push(idOf(await history.append(draft({ channel }))))
    const { epoch } = await history.head()
    const query = { epoch, after: 0, upTo: 3, maxBytes: 1_000 }
    for (const mark of [0, 1, 2, 3, 4]) {
      const idAt = ids[mark - 1] ?? ''
      expect(await history.head(mark)).toEqual({ epoch, position: 3, id: ids[2], idAt })
      expect(await history.heads(['a', 'c'], mark)).toMatchObject({ id: ids[2], idAt })
      expect(await history.heads([], mark)).toMatchObject({ id: ids[2], idAt })
      expect(await history.scan({ ...query, mark })).toMatchObject({ id: ids[2], idAt })
      expect(await history.scan({ ...query, after: 3, mark })).toMatchObject({ entries: [], idAt })
    }
    expect(await history.head()).toMatchObject({ idAt: '' })
  })

  test('does not change the id at the end of a scan', async () => {
    const history = openLog(await testDatabase(), opened)
    const ids: string[] = []
    for (const channel of ['a', 'b', 'a', 'b']) {
      ids.push(idOf(await history.append(draft({ channel, data: '"ten bytes"' }))))
    }
    const { epoch } = await history.head()
    const query = { epoch, after: 0, upTo: 4, maxBytes: 1_000 }
    const end = async (more: object): Promise<[number, string]> => {
      const { upTo, id } = await history.scan({ ...query, ...more })
      return [upTo, id]
    }
    expect(await end({})).toEqual([4, ids[3]])
    // Also if that message is of another channel, or there is none yet.
    expect(await end({ channels: ['a'] })).toEqual([4, ids[3]])
    expect(await end({ channels: ['nobody'] })).toEqual([4, ids[3]])
    expect(await end({ upTo: 2 })).toEqual([2, ids[1]])
    expect(await end({ upTo: 9 })).toEqual([9, ''])
    // Cut where no more fits.
    expect(await end({ maxBytes: 25 })).toEqual([2, ids[1]])
    expect(await end({ channels: ['b'], maxBytes: 1 })).toEqual([2, ids[1]])
    expect(await end({ after: 4 })).toEqual([4, ids[3]])
  })
})
