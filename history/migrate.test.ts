import { execFile } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { ROOT } from '../stack/root.ts'
import { runSql, withDatabase } from '../stack/sql.ts'
import { disposables } from '../test/support/disposables.ts'
import { testServers } from '../test/support/servers.ts'
import { openSql, type Sql } from '../test/support/testHistory.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'

/** All of ours, in their order. */
const OURS = readdirSync(join(ROOT, 'prisma/migrations'))
  .filter((name) => /^\d/.test(name))
  .sort()
const FIRST = '20261121000000_the_log'
const SECOND = '20990101000000_more'

const opened = disposables()
let url: string
let sql: Sql
/** A deployment of its own: the compiled program with migrations that can be changed. */
let folder: string

beforeEach(async () => {
  const { databaseUrl } = testServers()
  const name = uniquePrefix()
  await runSql(databaseUrl, `create database ${name}`)
  url = withDatabase(databaseUrl, name)
  sql = openSql(url, opened)
  // Below the repository, so that it finds the same packages.
  mkdirSync(join(ROOT, '.stack'), { recursive: true })
  folder = mkdtempSync(join(ROOT, '.stack', 'migrate-'))
  const made = folder
  opened.add(() => rmSync(made, { recursive: true, force: true }))
  for (const file of ['main.js', 'migrate.js']) {
    cpSync(join(ROOT, 'dist/history', file), join(folder, 'history', file))
  }
  cpSync(join(ROOT, 'prisma/migrations'), join(folder, 'prisma/migrations'), { recursive: true })
})

/** Runs the program as a deployment does; what it said, or how it failed. */
async function migrate(databaseUrl: string | undefined = url): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(folder, 'history/main.js')],
    { env: { ...process.env, DATABASE_URL: databaseUrl }, timeout: 60_000 },
  )
  return stdout.trim()
}

function addMigration(script: string): void {
  mkdirSync(join(folder, 'prisma/migrations', SECOND))
  writeFileSync(join(folder, 'prisma/migrations', SECOND, 'migration.sql'), script)
}

async function tables(): Promise<string[]> {
  const rows = await sql<{ name: string }>(
    `select table_name::text as "name" from information_schema.tables where table_schema = 'public'`,
  )
  return rows.map(({ name }) => name).sort()
}

const WHOLE = ['_prisma_migrations', 'channel', 'log', 'message']

describe('a migration', () => {
  test('makes the schema once; again it changes nothing', async () => {
    expect(await migrate()).toBe(`Applied: ${OURS.join(', ')}`)
    expect(await tables()).toEqual(WHOLE)
    const [before] = await sql('select * from "log"')
    expect(await migrate()).toBe('The schema is up to date.')
    expect(await sql('select * from "log"')).toEqual([before])
    expect(before).toMatchObject({ id: 0, head: 0n, epoch: expect.stringMatching(/^[0-9a-f]{8}$/) })
  })

  test('by several at once is done once', async () => {
    const said = await Promise.all([migrate(), migrate(), migrate()])
    expect(said.sort()).toEqual([
      `Applied: ${OURS.join(', ')}`,
      'The schema is up to date.',
      'The schema is up to date.',
    ])
    expect(await sql('select from "log"')).toHaveLength(1)
    expect(await sql('select from _prisma_migrations')).toHaveLength(OURS.length)
  })

  test('that is new is applied to what is there', async () => {
    await migrate()
    addMigration(`create table "more" ("id" int); insert into "more" values (1);`)
    expect(await migrate()).toBe(`Applied: ${SECOND}`)
    expect(await sql('select * from "more"')).toEqual([{ id: 1 }])
  })

  test('that fails in its middle leaves nothing of itself, and a failure that is seen', async () => {
    await migrate()
    addMigration(`create table "more" ("id" int); alter table "log" add "x" int;
      create function f() returns int language sql as $$ select 1; $$; select 1/0;`)
    await expect(migrate()).rejects.toMatchObject({
      stderr: expect.stringMatching('division by zero'),
    })
    expect(await tables()).toEqual(WHOLE)
    expect(await sql(`select from pg_proc where proname = 'f'`)).toEqual([])
    await expect(sql('select "x" from "log"')).rejects.toThrow('42703')
    // What was half known to be done is not done blindly again.
    await expect(migrate()).rejects.toMatchObject({ stderr: expect.stringMatching(SECOND) })
    expect(await tables()).toEqual(WHOLE)
  })

  test('that was changed after it had been applied is not applied again', async () => {
    await migrate()
    const script = join(folder, 'prisma/migrations', FIRST, 'migration.sql')
    appendFileSync(script, `\ncreate table "late" ("id" int);`)
    expect(await migrate()).toBe('The schema is up to date.')
    expect(await tables()).toEqual(WHOLE)
  })
})

describe('the program', () => {
  test('says what it needs where there is no address', async () => {
    await expect(migrate('')).rejects.toMatchObject({
      code: 78,
      stderr: expect.stringMatching(/^DATABASE_URL is missing/),
    })
  })

  test('fails where there is no server, and does not show the password', async () => {
    const failure = migrate('postgres://user:secret@127.0.0.1:1/x')
    await expect(failure).rejects.toMatchObject({ code: 1 })
    await expect(failure).rejects.toMatchObject({ stderr: expect.not.stringContaining('secret') })
  })
})
