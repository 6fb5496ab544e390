import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { ROOT } from '../stack/root.ts'
import { disposables } from '../test/support/disposables.ts'
import { ALL_MIGRATIONS } from '../test/support/migrationProgram.ts'
import { TestDeployment } from '../test/support/testDeployment.ts'

const FIRST = '20261121000000_the_log'
const NEXT = '20990101000000_more'

const opened = disposables()
let deployment: TestDeployment

beforeEach(async () => {
  deployment = await TestDeployment.create(opened)
})

async function tables(): Promise<string[]> {
  const rows = await deployment.sql<{ name: string }>(
    `select table_name::text as "name" from information_schema.tables where table_schema = 'public'`,
  )
  return rows.map(({ name }) => name).sort()
}

const MODELS = readFileSync(join(ROOT, 'prisma/schema.prisma'), 'utf8').matchAll(
  /@@map\("(\w+)"\)/g,
)
const WHOLE = [
  '_prisma_migrations',
  'message_0_10000000',
  ...[...MODELS].map(([, table = '']) => table),
].sort()

describe('a migration', () => {
  test('makes the schema once; a second run changes nothing', async () => {
    const { sql } = deployment
    expect(await deployment.migrate()).toBe(`Applied: ${ALL_MIGRATIONS.join(', ')}`)
    expect(await tables()).toEqual(WHOLE)
    const [before] = await sql('select * from "log"')
    expect(await deployment.migrate()).toBe('The schema is up to date.')
    expect(await sql('select * from "log"')).toEqual([before])
    expect(before).toMatchObject({ id: 0, head: 0n, epoch: expect.stringMatching(/^[0-9a-f]{8}$/) })
  })

  test('by several processes at once is done once', async () => {
    const said = await Promise.all([
      deployment.migrate(),
      deployment.migrate(),
      deployment.migrate(),
    ])
    expect(said.sort()).toEqual([
      `Applied: ${ALL_MIGRATIONS.join(', ')}`,
      'The schema is up to date.',
      'The schema is up to date.',
    ])
    expect(await deployment.sql('select from "log"')).toHaveLength(1)
    expect(await deployment.sql('select from _prisma_migrations')).toHaveLength(
      ALL_MIGRATIONS.length,
    )
  })

  test('that is new is applied to an existing schema', async () => {
    await deployment.migrate()
    deployment.program.write(NEXT, `create table "more" ("id" int); insert into "more" values (1);`)
    expect(await deployment.migrate()).toBe(`Applied: ${NEXT}`)
    expect(await deployment.sql('select * from "more"')).toEqual([{ id: 1 }])
  })

  test('that fails in its middle leaves nothing behind, and rejects', async () => {
    const { sql } = deployment
    await deployment.migrate()
    deployment.program.write(
      NEXT,
      `create table "more" ("id" int); alter table "log" add "x" int;
        create function f() returns int language sql as $$ select 1; $$; select 1/0;`,
    )
    await expect(deployment.migrate()).rejects.toMatchObject({
      stderr: expect.stringMatching('division by zero'),
    })
    expect(await tables()).toEqual(WHOLE)
    expect(await sql(`select from pg_proc where proname = 'f'`)).toEqual([])
    await expect(sql('select "x" from "log"')).rejects.toThrow('42703')
    // What was half known to be done is not done blindly again.
    await expect(deployment.migrate()).rejects.toMatchObject({
      stderr: expect.stringMatching(NEXT),
    })
    expect(await tables()).toEqual(WHOLE)
  })

  test('that was changed after it was applied is not applied again', async () => {
    await deployment.migrate()
    deployment.program.write(FIRST, `create table "late" ("id" int);`)
    expect(await deployment.migrate()).toBe('The schema is up to date.')
    expect(await tables()).toEqual(WHOLE)
  })
})

describe('the migration program', () => {
  test('begins the search again in the language that it is told, and leaves it alone otherwise', async () => {
    const english = { SEARCH_LANGUAGE: 'english' }
    expect(await deployment.migrate(undefined, english)).toMatch(/again, in english\.$/)
    expect(await deployment.migrate(undefined, english)).toBe('The schema is up to date.')
    expect(await deployment.migrate()).toBe('The schema is up to date.')
    const languages = await deployment.sql('select "language" from "search_state"')
    expect(languages).toEqual([{ language: 'english' }])
    await expect(
      deployment.migrate(undefined, { SEARCH_LANGUAGE: 'klingon' }),
    ).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('klingon') })
  })

  test('names the variable that it needs if there is no address', async () => {
    await expect(deployment.migrate('')).rejects.toMatchObject({
      code: 78,
      stderr: expect.stringMatching(/^DATABASE_URL is missing/),
    })
  })

  test('fails if there is no server, and does not show the password', async () => {
    const failure = deployment.migrate('postgres://user:secret@127.0.0.1:1/x')
    await expect(failure).rejects.toMatchObject({ code: 1 })
    await expect(failure).rejects.toMatchObject({ stderr: expect.not.stringContaining('secret') })
  })
})
