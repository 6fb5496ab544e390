import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { createCrashPoint } from './crashPoint.ts'

let folder: string
let deaths: unknown[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'causeway-crash-'))
  deaths = []
  jest.spyOn(process, 'kill').mockImplementation((pid, signal) => {
    deaths.push([pid, signal])
    return true
  })
})
afterEach(() => {
  jest.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

test('A process dies once at the place that a file names, and nowhere else', () => {
  const file = join(folder, 'after-commit')
  writeFileSync(file, '')
  const crashPoint = createCrashPoint(folder)
  crashPoint('after-publish')
  expect(deaths).toEqual([])
  crashPoint('after-commit')
  crashPoint('after-commit')
  expect([deaths, existsSync(file)]).toEqual([[[process.pid, 'SIGKILL']], false])
})

test('A process without a folder, or with one that is not there, dies nowhere', () => {
  createCrashPoint(undefined)('after-commit')
  createCrashPoint(join(folder, 'none'))('after-commit')
  expect(deaths).toEqual([])
})
