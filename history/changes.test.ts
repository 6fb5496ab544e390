import { beforeEach, describe, expect, test } from '@jest/globals'
import type { About, Relation } from '../contract/about.ts'
import type { Message } from '../contract/message.ts'
import { disposables } from '../test/support/disposables.ts'
import { faultsOf } from '../test/support/logFaults.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql, type Sql } from '../test/support/testLog.ts'
import type { LogWriter } from './logWriter.ts'
import type { Appended, Draft } from './types.ts'

const opened = disposables()
let url: string
let log: LogWriter
let sql: Sql

beforeEach(async () => {
  url = await testDatabase()
  log = openLog(url, opened)
  sql = openSql(url, opened)
})

/** A message of somebody about another one; a reaction's name or an edit's text as data. */
function about(position: number, as: Relation, by = 'alice', text?: string): Draft {
  const data = text === undefined ? 'null' : JSON.stringify(text)
  return draft({ about: { position, as }, sender: { id: by, name: by }, data })
}

const messageOf = ({ entry }: Appended): Message => JSON.parse(entry.json)
const positionOf = ({ entry }: Appended): number => entry.position

async function read(position: number, channel = 'lobby'): Promise<Message> {
  return JSON.parse((await log.message(channel, position))?.json ?? 'null')
}

/** The problem of a refused append. */
async function refusal(one: Draft): Promise<string> {
  const { type } = await log.append(one).then(
    () => ({ type: 'none' }),
    (error: { type: string }) => error,
  )
  return type
}

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
      expect(await refusal(about(99, as, 'alice', 'x'))).toBe('message-not-found')
      expect(await refusal(about(0, as, 'alice', 'x'))).toBe('message-not-found')
      expect(await refusal({ ...about(1, as, 'alice', 'x'), channel: 'other' })).toBe(
        'message-not-found',
      )
      expect(await refusal(about(3, as, 'alice', 'x'))).toBe('conflict')
    }
    await log.append(about(2, 'delete', 'bob'))
    for (const as of ['reply', 'edit', 'delete', 'reaction', 'unreaction'] as const) {
      expect(await refusal(about(2, as, 'bob', 'x'))).toBe('conflict')
    }
    // Nothing that was refused took a position.
    expect((await log.append(draft())).entry).toMatchObject({ position: 5, previous: 4 })
    expect(await faultsOf(sql)).toEqual([])
  })

  test('edits and deletes only by its author, or by a moderator', async () => {
    await log.append(draft())
    for (const as of ['edit', 'delete'] as const) {
      expect(await refusal(about(1, as, 'bob', 'x'))).toBe('forbidden')
      expect(await refusal({ ...about(1, as, 'bob', 'x'), isModerator: false })).toBe('forbidden')
    }
    await log.append({ ...about(1, 'edit', 'bob', 'moderated'), isModerator: true })
    await log.append({ ...about(1, 'delete', 'bob'), isModerator: true })
    expect(await read(1)).toMatchObject({ deleted: true, sender: { id: 'alice' } })
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
    expect(await refusal({ ...draft({ data: 'null' }), key: 'k' })).toBe('idempotency-conflict')
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
          ? [positionOf(answer.value), answer.value.repeated]
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

describe('a deletion', () => {
  test('takes the data of its target and of all its edits, and leaves their positions', async () => {
    await log.append(draft({ data: '"secret 1"', key: 'k' }))
    await log.append(about(1, 'edit', 'alice', 'secret 2'))
    await log.append(about(1, 'reply', 'bob', 'kept'))
    await log.append(about(1, 'edit', 'alice', 'secret 3'))
    await log.append(about(1, 'delete'))
    for (const position of [1, 2, 4]) {
      expect(await read(position)).toMatchObject({ position, deleted: true, data: null })
    }
    expect(await read(3)).toMatchObject({ data: 'kept' })
    expect(await sql(`select from "message" where "data"::text like '%secret%'`)).toEqual([])
    expect(await faultsOf(sql)).toEqual([])
    // Whoever repeats the post gets what is left of it.
    const repeat = await log.append(draft({ data: '"secret 1"', key: 'k' }))
    expect([repeat.repeated, messageOf(repeat)]).toEqual([
      true,
      expect.objectContaining({ deleted: true, data: null }),
    ])
  })

  test('happens once, however many ingests race, and no edit comes after it', async () => {
    const callers = [log, openLog(url, opened), openLog(url, opened)]
    for (let position = 1; position <= 10; position++) await log.append(draft())
    const answers = await Promise.allSettled(
      callers.flatMap((caller) =>
        Array.from({ length: 10 }, (_, at) => [
          caller.append(about(at + 1, 'edit', 'alice', 'secret')),
          caller.append(about(at + 1, 'delete')),
        ]).flat(),
      ),
    )
    const refused = answers.filter(({ status }) => status === 'rejected')
    for (const one of refused) expect(one).toMatchObject({ reason: { type: 'conflict' } })
    const taken: About[] = answers.flatMap((answer) =>
      answer.status === 'fulfilled' ? (messageOf(answer.value).about ?? []) : [],
    )
    const deleted = taken.flatMap(({ as, position }) => (as === 'delete' ? [position] : []))
    expect(deleted.sort((one, other) => one - other)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(await sql(`select from "message" where "data"::text like '%secret%'`)).toEqual([])
    const late = await sql(`select from "message" e join "message" d on d."about" = e."about"
      where e."about_as" = 'edit' and d."about_as" = 'delete' and e."position" > d."position"`)
    expect(late).toEqual([])
    expect(await faultsOf(sql)).toEqual([])
  })
})

describe('a reaction', () => {
  test('is there once for each person and name, and goes with the unreaction', async () => {
    await log.append(draft())
    const first = await log.append(about(1, 'reaction', 'bob', '👍'))
    const again = await log.append(about(1, 'reaction', 'bob', '👍'))
    expect(again).toMatchObject({ repeated: true, entry: first.entry })
    await log.append(about(1, 'reaction', 'bob', 'ok'))
    await log.append(about(1, 'reaction', 'carol', '👍'))
    const reactions = `select "reactions" from "fold"`
    expect(await sql(reactions)).toEqual([{ reactions: { '👍': 2, ok: 1 } }])
    await log.append(about(1, 'unreaction', 'bob', '👍'))
    await log.append(about(1, 'unreaction', 'bob', 'ok'))
    expect(await refusal(about(1, 'unreaction', 'bob', 'ok'))).toBe('conflict')
    expect(await sql(reactions)).toEqual([{ reactions: { '👍': 1 } }])
    expect(await sql(`select "sender_id", "position"::int from "reaction"`)).toEqual([
      { sender_id: 'carol', position: 4 },
    ])
    expect((await log.append(about(1, 'reaction', 'bob', '👍'))).repeated).toBe(false)
  })

  test('has one of at most fifty names, but any number of people', async () => {
    await log.append(draft())
    for (let name = 0; name < 50; name++) await log.append(about(1, 'reaction', 'bob', `r${name}`))
    expect(await refusal(about(1, 'reaction', 'bob', 'one more'))).toBe('conflict')
    await log.append(about(1, 'reaction', 'carol', 'r7'))
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
