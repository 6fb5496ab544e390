import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { copyKeys } from '../chassis/configFields.ts'
import { copyKey } from './copyKey.ts'

let dir: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'causeway-key-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

test('the stack’s key is made once and kept', () => {
  const key = copyKey(dir)
  expect(copyKey(dir)).toBe(key)
  expect(readFileSync(join(dir, 'copy-key'), 'utf8')).toBe(key)
  expect(readdirSync(dir)).toEqual(['copy-key'])
})

test('the services accept the stack’s key', () => {
  const key = copyKey(dir)
  expect(copyKeys().parse(key)).toEqual([key])
})

test('each stack has a key of its own', async () => {
  const other = await mkdtemp(join(tmpdir(), 'causeway-key-'))
  try {
    expect(copyKey(other)).not.toBe(copyKey(dir))
  } finally {
    await rm(other, { recursive: true, force: true })
  }
})

test('only its owner can read the stack’s key', () => {
  copyKey(dir)
  expect((statSync(join(dir, 'copy-key')).mode & 0o777).toString(8)).toBe('600')
})

test('the next start ignores half a key that a killed start has left', () => {
  writeFileSync(join(dir, 'copy-key.new'), 'half', { mode: 0o600 })
  expect(copyKeys().safeParse(copyKey(dir)).success).toBe(true)
  expect(existsSync(join(dir, 'copy-key.new'))).toBe(false)
})
