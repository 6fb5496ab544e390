import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from '@jest/globals'
import { ROOT } from '../../stack/root.ts'

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort()

/** The names between the braces of each `export`. */
function exported(): string[] {
  const entries = read('client/sdk/index.ts') + read('client/sdk/chat.ts')
  const braces = [...entries.matchAll(/export (?:type )?\{([^}]*)\}/g)]
  return braces.flatMap(([, names = '']) => names.match(/\w+(?=\s*(?:,|$))/g) ?? [])
}

test('The list of the documentation names all exports, and nothing else', () => {
  const list = read('docs/sdk.md').split('## All exports')[1] ?? ''
  const rows = list.split('\n').filter((line) => line.startsWith('| `'))
  const named = rows.flatMap((row) => row.split('|')[1]?.match(/\w+/g) ?? [])
  expect(sorted(named)).toEqual(sorted(exported()))
  expect(new Set(named).size).toBe(named.length)
})

const BUNDLE = `
import { rolldown } from 'rolldown'
const bundle = await rolldown({ input: 'client/sdk/index.ts', platform: 'browser' })
const { output } = await bundle.generate({ format: 'es', minify: true })
const { code, imports, dynamicImports, moduleIds } = output[0]
console.log(JSON.stringify({ code, imports: [...imports, ...dynamicImports], moduleIds }))
await bundle.close()`

/** As a page gets it: one file of the whole entry, made small. In a process of its own, because jest's globals are not Node's. */
function bundled(): { code: string; imports: string[]; moduleIds: string[] } {
  const args = ['--input-type=module', '--eval', BUNDLE]
  return JSON.parse(execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' }))
}

test('The whole SDK has at most 12 kB compressed', () => {
  const { code, moduleIds } = bundled()
  expect(moduleIds.length).toBeGreaterThan(20)
  expect(gzipSync(code, { level: 9 }).length).toBeLessThan(12 * 1_024)
})

test('The SDK imports nothing but its own modules and the contract', () => {
  const { imports, moduleIds } = bundled()
  expect(imports).toEqual([])
  const paths = moduleIds.map((id) => relative(ROOT, id))
  expect(paths.filter((path) => !/^(client\/sdk|contract)\//.test(path))).toEqual([])
})
