import { existsSync, readFileSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { LogFiles } from './logFiles.ts'

let dir: string
let logs: LogFiles

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'causeway-logs-'))
  logs = new LogFiles(dir)
})
afterEach(async () => {
  logs.close()
  await rm(dir, { recursive: true, force: true })
})

const log = (suffix = '') => join(dir, `redis.log${suffix}`)

test('the log of the previous run is kept beside the new one', () => {
  writeFileSync(log(), 'before\n')
  writeSync(logs.open('redis'), 'now\n')
  expect(readFileSync(log('.1'), 'utf8')).toBe('before\n')
  expect(readFileSync(log(), 'utf8')).toBe('now\n')
})

test('only its owner may read a log', () => {
  logs.open('redis')
  expect(statSync(log()).mode & 0o777).toBe(0o600)
})

test('a process that starts again goes on in the same log', () => {
  expect(logs.open('redis')).toBe(logs.open('redis'))
})

test('new lines come once, and only when they are whole', () => {
  const fd = logs.open('redis')
  writeSync(fd, 'one\nhalf')
  expect(logs.newLines()).toEqual([{ name: 'redis', line: 'one' }])
  writeSync(fd, ' of two\n')
  expect(logs.newLines()).toEqual([{ name: 'redis', line: 'half of two' }])
  expect(logs.newLines()).toEqual([])
})

test('more than 256 KiB at once are skipped', () => {
  const fd = logs.open('redis')
  writeSync(fd, `${'x'.repeat(1_000)}\n`.repeat(300))
  expect(logs.newLines()).toEqual([])
  writeSync(fd, 'after\n')
  expect(logs.newLines()).toEqual([{ name: 'redis', line: 'after' }])
})

test('a log of 64 MiB is set aside, and its process goes on at the start of an empty one', () => {
  const fd = logs.open('redis')
  truncateSync(log(), 64 * 1024 * 1024 - 1)
  logs.trim()
  expect(existsSync(log('.1'))).toBe(false)
  truncateSync(log(), 64 * 1024 * 1024)
  logs.newLines()
  logs.trim()
  expect(statSync(log('.1')).size).toBe(64 * 1024 * 1024)
  writeSync(fd, 'on\n')
  expect(readFileSync(log(), 'utf8')).toBe('on\n')
  expect(logs.lastLines('redis', 12)).toBe('on')
})
