import { expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql } from '../test/support/testLog.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import { grantRights } from './roles.ts'
import { scramVerifier } from './scramVerifier.ts'

const opened = disposables()

test('a migrating role that is no superuser makes the roles, without the limits that only a superuser may give', async () => {
  const name = uniquePrefix()
  const url = new URL(await testDatabase())
  const admin = openSql(url.href, opened)
  await admin(`create role "${name}" login createrole password 'p'`)
  await admin(`alter database "${url.pathname.slice(1)}" owner to "${name}"`)
  await admin(`alter schema public owner to "${name}"`)
  for (const { table } of await admin<{ table: string }>(
    `select oid::regclass::text as "table" from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`,
  )) {
    await admin(`alter table ${table} owner to "${name}"`)
  }
  for (const { routine } of await admin<{ routine: string }>(
    `select oid::regprocedure::text as "routine" from pg_proc where pronamespace = 'public'::regnamespace`,
  )) {
    await admin(`alter function ${routine} owner to "${name}"`)
  }
  const service = new URL(url)
  url.username = name
  url.password = 'p'
  service.username = `${name}_ingest`
  service.password = 'q'
  await grantRights(url.href, { ingest: service.href })
  const log = openLog(service.href, opened)
  expect(await log.append(draft())).toMatchObject({ repeated: false })
})

test('the verifier of a password is the one that Postgres itself makes', async () => {
  const name = `${uniquePrefix()}_pencil`
  const owner = openSql(await testDatabase(), opened)
  await owner(`create role "${name}" password 'pencil'`)
  const [row] = await owner<{ verifier: string }>(
    `select rolpassword as "verifier" from pg_authid where rolname = '${name}'`,
  )
  const salt = row?.verifier.split(/[:$]/)[2] ?? ''
  expect(scramVerifier('pencil', Buffer.from(salt, 'base64'))).toBe(row?.verifier)
})

test('a service that signs in as the role that migrates is left alone', async () => {
  const url = await testDatabase()
  await grantRights(url, { ingest: url })
  const found = await openSql(url, opened)('select count(*)::int as "count" from "message"')
  expect(found).toEqual([{ count: 0 }])
})
