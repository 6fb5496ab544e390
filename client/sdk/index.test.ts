import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from '@jest/globals'
import { type OutputChunk, rolldown } from 'rolldown'
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

/** As a page gets it: one file of the whole entry, made small. */
async function bundled(): Promise<OutputChunk> {
  const bundle = await rolldown({ input: join(ROOT, 'client/sdk/index.ts'), platform: 'browser' })
  const { output } = await bundle.generate({ format: 'es', minify: true })
  await bundle.close()
  return output[0]
}

test('The whole SDK has at most 12 kB compressed', async () => {
  const { code, moduleIds } = await bundled()
  expect(moduleIds.length).toBeGreaterThan(20)
  expect(gzipSync(code).length).toBeLessThan(12 * 1_024)
})

test('The SDK imports nothing but its own modules and the contract', async () => {
  const { imports, dynamicImports, moduleIds } = await bundled()
  expect([...imports, ...dynamicImports]).toEqual([])
  const paths = moduleIds.map((id) => relative(ROOT, id))
  expect(paths.filter((path) => !/^(client\/sdk|contract)\//.test(path))).toEqual([])
})
