import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { ROOT } from '../stack/root.ts'
import type { Stack } from '../stack/stack.ts'
import { testStack } from './support/testStack.ts'

let stack: Stack
let folder: string

beforeAll(async () => {
  stack = await testStack({ gateways: 1, bridges: 1 })
  // In the repository, where the packages are found.
  await mkdir(join(ROOT, '.stack'), { recursive: true })
  folder = await mkdtemp(join(ROOT, '.stack/client-'))
  const document = await (await fetch(`${stack.origin}/openapi.json`)).text()
  await writeFile(join(folder, 'openapi.json'), document)
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  await node(
    '--import',
    join(ROOT, 'test/api/typescript5.mjs'),
    OPENAPI,
    'openapi.json',
    '-o',
    'api.d.ts',
  )
}, 120_000)
afterAll(async () => {
  await stack?.stop()
  await rm(folder, { recursive: true, force: true })
}, 60_000)

const OPENAPI = join(ROOT, 'node_modules/openapi-typescript/bin/cli.js')
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')
const OPTIONS = [
  '--ignoreConfig',
  '--strict',
  '--target',
  'es2023',
  '--module',
  'nodenext',
  '--types',
  'node',
]

/** Runs a program of Node to its end, and returns all that it prints. */
async function node(...args: string[]): Promise<string> {
  const { NODE_OPTIONS: _, ...env } = process.env
  const options = { cwd: folder, env: { ...env, ORIGIN: stack.origin } }
  const ended = await promisify(execFile)(process.execPath, args, options).catch(
    (error: { stdout: string; stderr: string }) => error,
  )
  return ended.stdout + ended.stderr
}

async function compile(name: string, program: string): Promise<string> {
  await writeFile(join(folder, `${name}.ts`), program)
  return node(TSC, ...OPTIONS, `${name}.ts`)
}

const HEAD = `
import createClient from 'openapi-fetch'
import type { components, paths } from './api.d.ts'

const client = createClient<paths>({ baseUrl: process.env['ORIGIN'] ?? '' })
`

/** What anybody would write first, with types that say what comes back. */
const PROGRAM = `${HEAD}
const posted = await client.POST('/channels/{channel}/messages', {
  params: { path: { channel: 'lobby' } },
  body: { type: 'tide', data: { metres: 1.42 } },
})
const position: number | undefined = posted.data?.position

const page = await client.GET('/history', {
  params: { query: { channel: ['lobby'], limit: 10, order: 'asc' } },
})
// An export would be lines.
const found = typeof page.data === 'object' ? page.data : undefined
const messages: components['schemas']['FoldedMessage'][] = found?.messages ?? []
const next: string | null | undefined = found?.next

const refused = await client.GET('/channels/{channel}/messages/{position}', {
  params: { path: { channel: 'lobby', position: 999 } },
})
const problem: components['schemas']['Problem'] | undefined = refused.error
console.log(JSON.stringify({
  position,
  types: messages.map((message) => message.type),
  next,
  problem: problem?.type,
}))
`

test('A program by generated types compiles, and runs against the stack', async () => {
  expect(await compile('program', PROGRAM)).toBe('')
  expect(JSON.parse(await node('program.js'))).toEqual({
    position: 1,
    types: ['tide'],
    next: null,
    problem: '/problems/message-not-found',
  })
}, 60_000)

test.each([
  ['a path that is not described', `await client.GET('/rooms')`],
  [
    'a parameter that is misspelt',
    `await client.GET('/history', { params: { query: { chanel: ['a'] } } })`,
  ],
  [
    'a body without data',
    `await client.POST('/channels/{channel}/messages', { params: { path: { channel: 'a' } }, body: { type: 'a' } })`,
  ],
  [
    'a problem that is none of the list',
    `const type: components['schemas']['Problem']['type'] = '/problems/odd'; console.log(type)`,
  ],
])(
  'A program with %s does not compile',
  async (_what, line) => {
    expect(await compile('wrong', `${HEAD}\n${line}\n`)).toMatch(/^wrong\.ts\(\d+,\d+\): error TS/)
  },
  60_000,
)
