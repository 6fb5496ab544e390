import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Relation } from '../contract/about.ts'
import { disposables } from '../test/support/disposables.ts'
import { faultsOf } from '../test/support/logFaults.ts'
import { about, messageOf, read, refusal } from '../test/support/testChanges.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql, type Sql } from '../test/support/testLog.ts'
import type { LogWriter } from './logWriter.ts'

const opened = disposables()
let url: string
let log: LogWriter
let sql: Sql

beforeEach(async () => {
  url = await testDatabase()
  log = openLog(url, opened)
  sql = openSql(url, opened)
})

describe('a message about another one', () => {
  test.each<[Relation, string | undefined]>([
    ['reply', 'yes'],
    ['edit', 'new'],
    ['reaction', '👍'],
    ['delete', undefined],
  ])('is stored with its target as %s, and read as it was appended', async (as, text) => {
    await log.append(draft())
    const appended = await log.append(about(1, as, 'alice', text))
    expect(messageOf(appended)).toMatchObject({ position: 2, about: { position: 1, as } })
    expect(await log.message('lobby', 2)).toEqual(appended.entry)
    expect(await faultsOf(sql)).toEqual([])
  })

  test('is refused if its target is not on its channel, is a change, or has been deleted', async () => {
    await log.append(draft())
    await log.append(about(1, 'reply', 'bob', 'yes'))
    await log.append(about(1, 'edit', 'alice', 'new'))
    for (const as of ['reply', 'edit', 'delete', 'reaction', 'unreaction'] as const) {
      expect(await refusal(log, about(99, as, 'alice', 'x'))).toBe('message-not-found')
      expect(await refusal(log, about(0, as, 'alice', 'x'))).toBe('message-not-found')
      expect(await refusal(log, { ...about(1, as, 'alice', 'x'), channel: 'other' })).toBe(
        'message-not-found',
      )
      expect(await refusal(log, about(3, as, 'alice', 'x'))).toBe('conflict')
    }
    await log.append(about(2, 'delete', 'bob'))
    for (const as of ['reply', 'edit', 'delete', 'reaction', 'unreaction'] as const) {
      expect(await refusal(log, about(2, as, 'bob', 'x'))).toBe('conflict')
    }
    // Nothing that was refused took a position.
    expect((await log.append(draft())).entry).toMatchObject({ position: 5, previous: 4 })
    expect(await faultsOf(sql)).toEqual([])
  })

  test('edits and deletes only by its author, or by a moderator', async () => {
    await log.append(draft())
    for (const as of ['edit', 'delete'] as const) {
      expect(await refusal(log, about(1, as, 'bob', 'x'))).toBe('forbidden')
      expect(await refusal(log, { ...about(1, as, 'bob', 'x'), isModerator: false })).toBe(
        'forbidden',
      )
    }
    await log.append({ ...about(1, 'edit', 'bob', 'moderated'), isModerator: true })
    await log.append({ ...about(1, 'delete', 'bob'), isModerator: true })
    expect(await read(log, 1)).toMatchObject({ deleted: true, sender: { id: 'alice' } })
  })

  test('counts for the author only within the time to change, for a moderator always', async () => {
    const slow = openLog(url, opened, { changeSeconds: 60 })
    await slow.append(draft())
    await slow.append(about(1, 'edit', 'alice', 'in time'))
    await sql(`update "message" set "sent_at" = now() - interval '2 minutes'`)
    for (const as of ['edit', 'delete'] as const) {
      await expect(slow.append(about(1, as, 'alice', 'x'))).rejects.toMatchObject({
        type: 'forbidden',
      })
    }
    await slow.append(about(1, 'reaction', 'alice', 'x'))
    await slow.append({ ...about(1, 'delete', 'bob'), isModerator: true })
  })

  test('is found by its key again, also if its target was deleted by it', async () => {
    await log.append(draft())
    const deletion = { ...about(1, 'delete'), key: 'k' }
    const first = await log.append(deletion)
    const again = await log.append(deletion)
    expect(again).toMatchObject({ repeated: true, entry: first.entry })
    expect(await refusal(log, { ...draft({ data: 'null' }), key: 'k' })).toBe(
      'idempotency-conflict',
    )
  })

  test('in one batch, the later sees what the earlier did, and repeats of a key are one', async () => {
    await log.append(draft())
    await log.append(draft())
    // The first goes alone, the others wait for it together.
    const answers = await Promise.allSettled([
      log.append(draft({ channel: 'other' })),
      log.append({ ...about(1, 'delete'), key: 'k' }),
      log.append({ ...about(1, 'delete'), key: 'k' }),
      log.append(about(1, 'edit', 'alice', 'late')),
      log.append(about(2, 'reaction', 'bob', '👍')),
      log.append(about(2, 'reaction', 'bob', '👍')),
      log.append(about(2, 'unreaction', 'bob', '👍')),
      log.append(about(2, 'unreaction', 'bob', '👍')),
      log.append(about(2, 'reaction', 'bob', '👍')),
      log.append(draft()),
    ])
    expect(
      answers.map((answer) =>
        answer.status === 'fulfilled'
          ? [answer.value.entry.position, answer.value.repeated]
          : answer.reason.type,
      ),
    ).toEqual([
      [3, false],
      [4, false],
      [4, true],
      'conflict',
      [5, false],
      [5, true],
      [6, false],
      'conflict',
      [7, false],
      [8, false],
    ])
    expect(await faultsOf(sql)).toEqual([])
  })
})

test('an append by the function of the version before goes on, and finds the same keys', async () => {
  const one = draft({ key: 'k' })
  await log.append(one)
  const append = (data: string): Promise<unknown[]> =>
    sql(
      `select "position"::int, "repeated", "same" from append_messages(0::smallint, array[$1::uuid], array['lobby'],
        array['message'], array['alice'], array['Alice'], array[$2], array['alice'], array['k'], 60, now())`,
      one.id,
      data,
    )
  expect(await append(one.data)).toEqual([{ position: 1, repeated: true, same: true }])
  expect(await append('0')).toEqual([{ position: 1, repeated: true, same: false }])
})
