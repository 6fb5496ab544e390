import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { transformSync } from '@swc/core'
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

/** The modules that are loaded with one, and their text without types, made small each by itself, as a bundler does. */
function modules(path: string, found = new Map<string, string>()): Map<string, string> {
  if (found.has(path)) return found
  const { code } = transformSync(read(path), {
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript' },
      minify: { compress: { module: true }, mangle: { toplevel: true } },
    },
    minify: true,
    module: { type: 'es6' },
  })
  found.set(path, code)
  for (const [, imported = ''] of code.matchAll(/from"(\.[^"]+)"/g)) {
    modules(join(dirname(path), imported), found)
  }
  return found
}

test('The whole SDK has at most 12 kB compressed', () => {
  // A bundler joins the modules, which then import nothing from each other.
  const joints =
    /import\{[^}]*\}from"[^"]*";|export\{[^}]*\};?|export (?=(?:async )?(?:class|function|const|let) )/g
  const all = [...modules('client/sdk/index.ts').values()].map((code) =>
    code.replaceAll(joints, ''),
  )
  expect(all.length).toBeGreaterThan(20)
  expect(gzipSync(all.join('\n')).length).toBeLessThan(12 * 1_024)
})

test('The SDK imports nothing but its own modules and the contract', () => {
  const paths = [...modules('client/sdk/index.ts').keys()]
  expect(paths.filter((path) => !/^(client\/sdk|contract)\//.test(path))).toEqual([])
})
