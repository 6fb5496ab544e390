import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { beforeEach, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { entry } from '../test/support/testRedis.ts'
import { createArchive } from './archive.ts'

const opened = disposables()
const LOG = { id: 0, epoch: 'e1' }
const FIRST = 'causeway-0-e1-000001.ndjson.gz'
const SECOND = 'causeway-0-e1-000002.ndjson.gz'
const entries = (...positions: number[]) => positions.map((position) => entry(position, 0, 'a'))

let directory: string

beforeEach(() => {
  const base = mkdtempSync(join(tmpdir(), 'causeway-archive-'))
  opened.add(() => rmSync(base, { recursive: true }))
  directory = join(base, 'archive')
})

/** The positions in a file, in order. */
const positionsIn = (file: string): number[] =>
  gunzipSync(readFileSync(join(directory, file)))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).position)

test('each step adds its messages to the file, as they were encoded', async () => {
  const archive = createArchive(directory)
  const one = await archive(LOG, undefined, entries(1, 2))
  const two = await archive(LOG, one, entries(3))
  expect([one.file, two.file, positionsIn(FIRST)]).toEqual([FIRST, FIRST, [1, 2, 3]])
  expect(two.bytes).toBe(statSync(join(directory, FIRST)).size)
  const text = gunzipSync(readFileSync(join(directory, FIRST))).toString()
  expect(text).toBe(
    entries(1, 2, 3)
      .map(({ json }) => `${json}\n`)
      .join(''),
  )
})

test('what a failed step wrote is overwritten, so that nothing is there twice', async () => {
  const archive = createArchive(directory)
  const one = await archive(LOG, undefined, entries(1))
  await archive(LOG, one, entries(2, 3, 4, 5, 6))
  await archive(LOG, one, entries(2))
  expect(positionsIn(FIRST)).toEqual([1, 2])
})

test('a file that a failed step began is begun again', async () => {
  const archive = createArchive(directory)
  await archive(LOG, undefined, entries(1, 2, 3))
  await archive(LOG, undefined, entries(1, 2))
  expect([readdirSync(directory), positionsIn(FIRST)]).toEqual([[FIRST], [1, 2]])
})

test('the next file begins when one is large enough, or was moved away', async () => {
  const archive = createArchive(directory, 1)
  const one = await archive(LOG, undefined, entries(1))
  const two = await archive(LOG, one, entries(2))
  expect([two.file, positionsIn(FIRST), positionsIn(SECOND)]).toEqual([SECOND, [1], [2]])
  rmSync(join(directory, SECOND))
  const three = await createArchive(directory)(LOG, two, entries(3))
  expect(positionsIn(three.file)).toEqual([3])
  expect(three.file).toBe('causeway-0-e1-000003.ndjson.gz')
})

test('a file that has lost bytes takes no more: the step fails, and its messages stay in the log', async () => {
  const archive = createArchive(directory)
  const one = await archive(LOG, undefined, entries(1))
  truncateSync(join(directory, FIRST), one.bytes - 1)
  await expect(archive(LOG, one, entries(2))).rejects.toThrow('has lost messages')
  expect(statSync(join(directory, FIRST)).size).toBe(one.bytes - 1)
})

test('a directory that cannot be written fails the step', async () => {
  writeFileSync(directory, 'a file')
  await expect(createArchive(directory)(LOG, undefined, entries(1))).rejects.toThrow('EEXIST')
})
