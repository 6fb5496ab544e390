import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { ROOT } from '../stack/root.ts'
import type { Stack } from '../stack/stack.ts'
import { testStack } from './support/testStack.ts'

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')
const PAGE = 'docs/sdk.md'
const run = promisify(execFile)

let stack: Stack
/** A project that has the package, as npm would install it, and Node's types. */
let project: string

beforeAll(async () => {
  stack = await testStack({ gateways: 1, bridges: 1 })
  await mkdir(join(ROOT, '.stack'), { recursive: true })
  project = await mkdtemp(join(ROOT, '.stack/sdk-'))
  await writeFile(join(project, 'package.json'), '{"type":"module"}')
  await mkdir(join(project, 'node_modules/@types'), { recursive: true })
  await symlink(join(ROOT, 'node_modules/@types/node'), join(project, 'node_modules/@types/node'))
  await run('npm', ['pack', '--pack-destination', project, join(ROOT, 'dist/sdk')])
  const [packed = ''] = (await readdir(project)).filter((name) => name.endsWith('.tgz'))
  const target = join(project, 'node_modules/causeway-sdk')
  await mkdir(target)
  await run('tar', ['-xzf', join(project, packed), '-C', target, '--strip-components=1'])
}, 120_000)

afterAll(async () => {
  await stack?.stop()
  await rm(project, { recursive: true, force: true })
}, 60_000)

/** The programs of the page, each with what it prints. */
async function programs(): Promise<{ program: string; output: string }[]> {
  const text = await readFile(join(ROOT, PAGE), 'utf8')
  const blocks = text.matchAll(/```js\n(.+?)```\n\n```text\n(.+?)```/gs)
  return [...blocks].map(([, program = '', output = '']) => ({ program, output }))
}

async function tsc(...files: string[]): Promise<string> {
  const options = ['--ignoreConfig', '--strict', '--noEmit', '--target', 'es2023']
  const module = ['--module', 'nodenext', '--types', 'node']
  const ended = await run(process.execPath, [TSC, ...options, ...module, ...files], {
    cwd: project,
  }).catch((error: { stdout: string }) => error)
  return ended.stdout
}

test('The page has four programs', async () => {
  expect(await programs()).toHaveLength(4)
})

test.each([0, 1, 2, 3])(
  'Program %i of the page compiles, and prints what the page says',
  async (at) => {
    const { program, output } = (await programs())[at] ?? { program: '', output: '' }
    const here = program.replaceAll('http://localhost:8080', stack.origin)
    await writeFile(join(project, `program${at}.ts`), here)
    expect(await tsc(`program${at}.ts`)).toBe('')
    await writeFile(join(project, `program${at}.js`), here)
    const { NODE_OPTIONS: _, ...env } = process.env
    const options = { cwd: project, env: { ...env, NO_COLOR: '1' }, timeout: 30_000 }
    const { stdout } = await run(process.execPath, [`program${at}.js`], options)
    expect(stdout).toBe(output)
  },
  60_000,
)

/** What the shorter parts of code leave out. */
const HEAD = `import { Causeway, SharedSources, Stream, type StreamHandlers } from 'causeway-sdk'
declare const handlers: StreamHandlers
`

test.each([
  ['tokens', /```ts\n(let token.+?)```/s, ''],
  ['many tabs', /```ts\n(const name.+?)```/s, 'declare const causeway: Causeway\n'],
])('The code about %s compiles', async (_what, pattern, more) => {
  const [, code = ''] = pattern.exec(await readFile(join(ROOT, PAGE), 'utf8')) ?? []
  expect(code).not.toBe('')
  await writeFile(join(project, 'part.ts'), `${HEAD}${more}${code}`)
  expect(await tsc('part.ts')).toBe('')
})

test('A program with a mistake does not compile: the types are there', async () => {
  const mistake = "import { Causeway } from 'causeway-sdk'\nnew Causeway({ bas: 'x' })\n"
  await writeFile(join(project, 'mistake.ts'), mistake)
  expect(await tsc('mistake.ts')).toMatch(/^mistake\.ts\(2,16\): error TS/)
})

test('The package has its modules and their types, and no tests', async () => {
  const folder = join(project, 'node_modules/causeway-sdk')
  const files = await readdir(folder, { recursive: true })
  expect(files).toEqual(expect.arrayContaining(['package.json', 'client/sdk/index.d.ts']))
  expect(files.filter((file) => /test|Fixture|tsbuildinfo/.test(file))).toEqual([])
  expect(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))).toMatchObject({
    version: JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')).version,
  })
})
