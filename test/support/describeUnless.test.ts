import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { ROOT } from '../../stack/root.ts'

const SKIP =
  /\b(describe|test|it)(\.\w+)*\.(skip|todo|only)\b|\b(xdescribe|xtest|xit|fdescribe|fit)\(/
const NOT_OURS = /^(\..*|node_modules|dist)$/
/** The first may skip, because it prints why. The others hold a skip in a text. */
const EXEMPT = new Set([
  'test/support/describeUnless.ts',
  'test/support/describeUnless.test.ts',
  'deploy/jenkins/scripts.test.ts',
])

test('no test is skipped without a printed reason: only describeUnless skips', () => {
  const folders = readdirSync(ROOT, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !NOT_OURS.test(entry.name),
  )
  const sources = folders
    .flatMap(({ name }) =>
      readdirSync(join(ROOT, name), { recursive: true, encoding: 'utf8' }).map((path) =>
        join(name, path),
      ),
    )
    .filter((path) => /\.(ts|js|mjs)$/.test(path) && !EXEMPT.has(path))
  expect(sources.length).toBeGreaterThan(100)
  expect(sources.filter((path) => SKIP.test(readFileSync(join(ROOT, path), 'utf8')))).toEqual([])
  expect('const onLinux = isLinux ? describe : describe.skip').toMatch(SKIP)
})
