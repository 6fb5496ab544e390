import { beforeAll, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { APPEND, FORBIDDEN, MOVE } from '../test/support/forbiddenStatements.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql, type Sql } from '../test/support/testLog.ts'
import { indexAll, look } from '../test/support/testSearch.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import { RetentionLog } from './retention.ts'
import { grantRights, ROLE_OWNERS, type RoleOwner } from './roles.ts'
import { SESSION_SETTINGS } from './sessionSettings.ts'

const opened = disposables()
const prefix = uniquePrefix()
let database: string
let owner: Sql
const sql = new Map<RoleOwner, Sql>()

function addressOf(service: RoleOwner, password = `it's "${service}"`): string {
  const url = new URL(database)
  url.username = `${prefix}_${service}`
  url.password = encodeURIComponent(password)
  return url.href
}

const addresses = () =>
  Object.fromEntries(ROLE_OWNERS.map((service) => [service, addressOf(service)]))

beforeAll(async () => {
  database = await testDatabase()
  owner = openSql(database, opened)
  await owner(`create table "account_of_a_user" ("id" text primary key)`)
  await grantRights(database, addresses())
  for (const service of ROLE_OWNERS) sql.set(service, openSql(addressOf(service), opened))
})

const as = (service: RoleOwner, statement: string): Promise<unknown> =>
  sql.get(service)?.(statement) ?? Promise.reject(new Error('no such service'))
const archiveNowhere = async () => ({ file: 'file', bytes: 1 })
const DENIED = /permission denied|must be owner/

describe('the role of a service', () => {
  test('of ingest appends, repeats a key, forgets keys and reads', async () => {
    const log = openLog(addressOf('ingest'), opened, { keySeconds: 1 })
    const one = draft({ key: 'k' })
    await log.append(one)
    expect(await log.append(one)).toMatchObject({ repeated: true })
    await owner(`update "idempotency" set "at" = '2020-01-01'`)
    await log.forgetKeys()
    expect(await owner(`select * from "idempotency"`)).toEqual([])
    await log.check()
    expect(await log.page({ channels: ['lobby'], limit: 10, order: 'asc' })).toMatchObject({
      entries: [{ position: 1 }],
    })
    expect(await log.accessChanges(0, 10)).toEqual({ head: 0, changes: [] })
    await indexAll(log)
    expect(await look(log, 'hi')).toMatchObject({ hits: [{ entry: { position: 1 } }] })
    await log.mqttSessions.keep(['one'])
    await log.mqttSessions.release('one')
    expect(await log.mqttSessions.adopt()).toBe('one')
    await log.mqttSessions.remove('one')
  })

  test.each(['bridge', 'gateway'] as const)('of %s reads, and ends an epoch', async (service) => {
    const log = openLog(addressOf(service), opened)
    const { epoch, position } = await log.head()
    expect(position).toBe(1)
    expect(await log.endEpoch(epoch, { position: 1_000_000, id: '' })).toBe(true)
  })

  test('of account puts grants, and has the tables that are nobody else’s', async () => {
    await as('account', `select access_put('grant', 'user:a', '**', 'read', null, null)`)
    await as('account', `insert into "account_of_a_user" values ('a')`)
    expect(await as('account', 'select * from "account_of_a_user"')).toEqual([{ id: 'a' }])
    expect(await as('account', 'select "subject" from "access"')).toEqual([{ subject: 'user:a' }])
  })

  test('of ingest moves what an application publishes, which may do nothing else', async () => {
    const app = `${prefix}_app`
    await owner(`create role ${app} login password 'app'`)
    await owner(`grant causeway_app to ${app}`)
    const url = new URL(database)
    url.username = app
    url.password = 'app'
    const application = openSql(url.href, opened)
    await application(`select causeway_publish('app', '1')`)
    const log = openLog(addressOf('ingest'), opened)
    expect(await log.outbox()).toMatchObject({ waiting: 1, refused: 0 })
    const [moved] = await log.moveOutbox(65_000)
    expect(moved).toMatchObject({ appended: { entry: { channel: 'app' } } })
    for (const statement of [
      ...FORBIDDEN.nobody,
      MOVE,
      APPEND,
      'select * from "outbox"',
      'select * from "message"',
    ]) {
      await expect(application(statement)).rejects.toThrow(DENIED)
    }
  })

  test('of ingest removes messages, and drops only partitions that are empty and full', async () => {
    const bound = { channel: 'removed', keep: 0 }
    const databaseUrl = addressOf('ingest')
    const log = new RetentionLog({
      databaseUrl,
      logId: 0,
      onError: () => {},
      archive: archiveNowhere,
    })
    opened.add(() => log.close())
    await openLog(databaseUrl, opened).append(draft({ channel: 'removed' }))
    expect(await log.stepBeyond([bound], 100)).toEqual({ removed: 1, more: false })
    expect(await log.dropPartitions()).toBe(0)
  })

  test.each(
    ROLE_OWNERS.flatMap((service) =>
      [...FORBIDDEN.nobody, ...FORBIDDEN[service]].map((statement) => ({ service, statement })),
    ),
  )('of $service is refused: $statement', async ({ service, statement }) => {
    await expect(as(service, statement)).rejects.toThrow(DENIED)
  })

  test('has by default the settings of a service, for whoever else uses its password', async () => {
    const settings = await owner<{ config: string[] }>(
      `select setconfig as "config" from pg_db_role_setting s join pg_roles r on r.oid = s.setrole
        where r.rolname = '${prefix}_gateway'`,
    )
    expect(settings[0]?.config).toEqual([
      ...Object.entries(SESSION_SETTINGS).map((pair) => pair.join('=')),
      'temp_file_limit=256MB',
    ])
  })
})

describe('a second run', () => {
  test('changes a password, keeps the others, and takes a right that somebody gave', async () => {
    await owner(`grant select on "account_of_a_user" to "${prefix}_bridge"`)
    await grantRights(database, { ...addresses(), gateway: addressOf('gateway', 'new') })
    await expect(as('bridge', 'select * from "account_of_a_user"')).rejects.toThrow(DENIED)
    const [old, now] = [addressOf('gateway'), addressOf('gateway', 'new')]
    await expect(openSql(old, opened)('select 1')).rejects.toThrow(/authentication failed/i)
    expect(await openSql(now, opened)('select 1 as "a"')).toEqual([{ a: 1 }])
  })
})
