import { beforeEach, expect, test } from '@jest/globals'
import type { Relation } from '../contract/about.ts'
import type { Message } from '../contract/message.ts'
import { disposables } from '../test/support/disposables.ts'
import { faultsOf } from '../test/support/logFaults.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql, type Sql } from '../test/support/testLog.ts'
import type { LogWriter } from './logWriter.ts'

const opened = disposables()
const ADMIN = { id: 'user:root', name: 'Root' }
let log: LogWriter
let sql: Sql

beforeEach(async () => {
  const url = await testDatabase()
  log = openLog(url, opened)
  sql = openSql(url, opened)
})

async function say(by: string, data: string, position?: number, as?: Relation): Promise<void> {
  const about = position !== undefined && as !== undefined ? { position, as } : undefined
  const sender = { id: by, name: `Name of ${by}` }
  await log.append(draft({ sender, about, isModerator: true, data }))
}

/** All steps; the number of messages erased. */
async function eraseAll(sender: string): Promise<number> {
  let count = 0
  for (let after = 0, isDone = false; !isDone;) {
    const step = await log.erase(sender, after, ADMIN)
    count += step.count
    after = step.upTo
    isDone = step.isDone
  }
  return count
}

/** What a sender wrote, in all steps. */
async function sentBy(sender: string): Promise<Message[]> {
  const found: Message[] = []
  for (let after = 0, isDone = false; !isDone;) {
    const step = await log.sentBy(sender, after)
    found.push(...step.entries.map(({ json }): Message => JSON.parse(json)))
    after = step.upTo
    isDone = step.isDone
  }
  return found
}

test('an erasure leaves nothing of a sender, and of the others all', async () => {
  await say('alice', '"secret 1"')
  await say('bob', '"kept 1"')
  await say('alice', '"secret 2"', 2, 'reply')
  await say('alice', '"secret 3"', 2, 'edit')
  await say('alice', '"secret"', 2, 'reaction')
  await say('bob', '"secret"', 2, 'reaction')
  await say('bob', '"kept 2"', 1, 'reply')
  await say('alice', '"secret 4"')
  await say('alice', 'null', 8, 'delete')
  expect(await eraseAll('alice')).toBe(6)
  expect(await sentBy('alice')).toEqual([])
  const left = `select from "message" where row("data"::text, "sender_id", "sender_name")::text ~ 'alice|secret [0-9]'`
  expect(await sql(left)).toEqual([])
  expect((await sentBy('bob')).map(({ data }) => data)).toEqual(['kept 1', 'secret', 'kept 2'])
  const { entries } = await log.page({
    channels: ['lobby'],
    limit: 90,
    order: 'asc',
    isFolded: true,
  })
  const shown = entries.map(({ json }): Message => JSON.parse(json))
  expect(shown).toMatchObject([
    { position: 1, deleted: true, sender: { id: 'erased', name: 'Erased' }, replies: { count: 1 } },
    { position: 2, data: 'kept 1', reactions: [{ name: 'secret', count: 1, senders: ['bob'] }] },
    { position: 3, deleted: true },
    { position: 7, data: 'kept 2' },
    { position: 8, deleted: true },
  ])
  expect(shown[1]).not.toHaveProperty('edited')
  expect(await faultsOf(sql)).toEqual([])
  // Readers are told by deletions, which also empty the copies.
  const told = await sentBy('user:root')
  expect(told.map(({ about }) => about)).toEqual(
    [1, 3, 4, 5].map((position) => ({ position, as: 'delete' })),
  )
})

test('an erasure goes on where it was interrupted, and finds nothing twice', async () => {
  const drafts = Array.from({ length: 250 }, (_, at) =>
    draft({ channel: `c${at % 3}`, sender: { id: at % 5 === 0 ? 'bob' : 'alice', name: 'x' } }),
  )
  await Promise.all(drafts.map((one) => log.append(one)))
  const first = await log.erase('alice', 0, ADMIN)
  expect(first).toEqual({ upTo: expect.any(Number), count: 100, isDone: false })
  expect(await log.erase('alice', 0, ADMIN)).toMatchObject({ count: 100, isDone: false })
  expect(await eraseAll('alice')).toBe(0)
  expect([(await sentBy('alice')).length, (await sentBy('bob')).length]).toEqual([0, 50])
  expect((await sentBy('user:root')).length).toBe(200)
  expect(await faultsOf(sql)).toEqual([])
})
