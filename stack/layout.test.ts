import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { StartRefused } from './errors.ts'
import { layoutEnv, migrationEnv, type NamedServer, serverNames, writeLayout } from './layout.ts'

let dir: string
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'layout-'))))
afterEach(() => rmSync(dir, { recursive: true }))

const B: NamedServer[] = [
  {
    kind: 'postgres',
    name: 'p2',
    url: 'postgres://admin@b',
    addresses: { INGEST_DATABASE_URL: 'postgres://ingest@b' },
  },
  {
    kind: 'redis',
    name: 'r2',
    url: 'redis://admin@c',
    addresses: { BRIDGE_REDIS_URL: 'redis://bridge@c' },
  },
]

test('The logs of a stack are in turn on its servers of Postgres', () => {
  const file = writeLayout(dir, { logs: 3, postgres: 2 })
  expect(JSON.parse(readFileSync(file ?? '', 'utf8'))).toEqual({
    logs: [{ id: 0 }, { id: 1, postgres: 'p2' }, { id: 2 }],
    rules: [],
  })
  expect(serverNames('postgres', { postgres: 3 })).toEqual(['p2', 'p3'])
})

test('Runs of logs share a Redis and a broker, so that no two logs share all servers', () => {
  const file = writeLayout(dir, { logs: 4, postgres: 2, redis: ['a', 'b'], brokers: 2 })
  expect(JSON.parse(readFileSync(file ?? '', 'utf8'))).toEqual({
    logs: [
      { id: 0 },
      { id: 1, postgres: 'p2' },
      { id: 2, redis: 'r2', broker: 'b2' },
      { id: 3, postgres: 'p2', redis: 'r2', broker: 'b2' },
    ],
    rules: [],
  })
})

test('One log needs no layout', () => {
  expect([writeLayout(dir, {}), serverNames('redis', {})]).toEqual([undefined, []])
  expect(layoutEnv(undefined, [], 'ingest')).toEqual({})
})

test('A folder keeps its number of logs', () => {
  expect(writeLayout(dir, { logs: 4 })).toBe(writeLayout(dir, { logs: 4 }))
  for (const other of [{ logs: 3 }, { logs: 4, postgres: 2 }, {}]) {
    expect(() => writeLayout(dir, other)).toThrow(StartRefused)
  }
})

test('A folder with the data of one log takes no more', () => {
  mkdirSync(join(dir, 'postgres', 'data'), { recursive: true })
  expect(writeLayout(dir, {})).toBeUndefined()
  expect(() => writeLayout(dir, { logs: 2 })).toThrow(StartRefused)
})

test('A service gets the addresses of its own user; the migration gets all, and is the administrator', () => {
  expect(layoutEnv('f', B, 'ingest')).toEqual({
    LAYOUT_FILE: 'f',
    DATABASE_URL_P2: 'postgres://ingest@b',
    REDIS_URL_R2: 'redis://admin@c',
  })
  expect(layoutEnv('f', B, 'bridge')).toEqual({
    LAYOUT_FILE: 'f',
    DATABASE_URL_P2: 'postgres://admin@b',
    REDIS_URL_R2: 'redis://bridge@c',
  })
  expect(migrationEnv('f', B)).toEqual({
    LAYOUT_FILE: 'f',
    DATABASE_URL_P2: 'postgres://admin@b',
    INGEST_DATABASE_URL_P2: 'postgres://ingest@b',
  })
})
