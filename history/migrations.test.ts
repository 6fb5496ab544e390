import { expect, test } from '@jest/globals'
import { migrationsOf } from './migrations.ts'

const ENV = {
  DATABASE_URL: 'postgres://plain',
  INGEST_DATABASE_URL: 'postgres://ingest@plain',
  DATABASE_URL_B: 'postgres://b',
  GATEWAY_DATABASE_URL_B: 'postgres://gateway@b',
  BRIDGE_DATABASE_URL_B: '',
}

test('Without a layout one database is migrated, and no log is made', () => {
  expect(migrationsOf(undefined, ENV)).toEqual({
    migrations: [
      {
        variable: 'DATABASE_URL',
        databaseUrl: 'postgres://plain',
        addresses: { ingest: 'postgres://ingest@plain' },
        logs: [],
      },
    ],
  })
})

test('With a layout each of its databases is migrated once, and gets its logs; accounts need the plain one', () => {
  const logs = [
    { id: 0, postgres: 'b' },
    { id: 1, postgres: 'b', redis: 'c' },
  ]
  const plain = { variable: 'DATABASE_URL', logs: [] }
  const b = {
    variable: 'DATABASE_URL_B',
    databaseUrl: 'postgres://b',
    addresses: { gateway: 'postgres://gateway@b' },
    logs: [0, 1],
  }
  expect(migrationsOf({ logs, rules: [] }, ENV)).toMatchObject({ migrations: [plain, b] })
  const more = { logs: [...logs, { id: 2 }], rules: [] }
  expect(migrationsOf(more, ENV)).toMatchObject({ migrations: [{ ...plain, logs: [2] }, b] })
})

test('Every variable that is missing is named', () => {
  const logs = [
    { id: 0, postgres: 'c' },
    { id: 1, postgres: 'b' },
  ]
  expect(migrationsOf({ logs, rules: [] }, { DATABASE_URL_B: 'postgres://b' })).toEqual({
    missing: ['DATABASE_URL', 'DATABASE_URL_C'],
  })
})
