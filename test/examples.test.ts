import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Example, Operation } from '../chassis/description/operation.ts'
import { curlLines } from '../reference/curl.ts'
import { operations } from '../reference/operations.ts'
import { requestOf } from '../reference/requests.ts'
import type { Stack } from '../stack/stack.ts'
import { adminToken } from './api/adminToken.ts'
import { type Answered, expectDescribed } from './support/described.ts'
import { TestBrowser } from './support/testBrowser.ts'
import { testStack } from './support/testStack.ts'

let stack: Stack
let folder: string
/** What an example's words like `$TOKEN` stand for. */
const variables: Record<string, string> = {}

beforeAll(async () => {
  // Browsers take passkeys for a name only.
  stack = await testStack({
    host: 'localhost',
    auth: 'required',
    oidc: true,
    gateways: 1,
    bridges: 1,
  })
  folder = await mkdtemp(join(tmpdir(), 'causeway-examples-'))
  variables['TOKEN'] = await adminToken(stack)
}, 120_000)

afterAll(async () => {
  await stack?.stop()
  await rm(folder, { recursive: true, force: true })
}, 60_000)

const isStream = ({ id }: Operation): boolean => id === 'listen'

/** Some examples go on with what others have brought. */
const LEARNT: Record<string, (answer: Record<string, unknown>) => Record<string, unknown>> = {
  invite: ({ url }) => ({ CODE: String(url).replace(/.*=/, '') }),
  makeKey: ({ key, id }) => ({ API_KEY: key, KEY_ID: id }),
}

/** Somebody else signs in as the same person. */
async function otherSession(): Promise<string> {
  const browser = new TestBrowser(stack.origin)
  await browser.post('/account/login', { name: 'bob', password: 'seven little ships' })
  const { body } = await browser.get('/account/sessions')
  const sessions: { id: string; current: boolean }[] = Object(body['sessions'])
  return sessions.find(({ current }) => current)?.id ?? ''
}

/** By the command that the page shows. */
async function run(operation: Operation, example: Example): Promise<Answered> {
  if (operation.id === 'endSession') variables['SESSION'] = await otherSession()
  const command = curlLines(requestOf(operation, example), stack.origin).join(' ')
  const limit = isStream(operation) ? ' -N --max-time 2 || true' : ''
  const { stdout } = await promisify(execFile)('sh', ['-c', `${command} -s -i${limit}`], {
    cwd: folder,
    env: { ...process.env, ...variables },
  })
  const end = stdout.indexOf('\r\n\r\n')
  const [line = '', ...lines] = stdout.slice(0, end).split('\r\n')
  const headers = new Headers()
  for (const each of lines) headers.append(...pairOf(each))
  return { status: Number(line.split(' ')[1]), headers, text: stdout.slice(end + 4) }
}

function pairOf(line: string): [string, string] {
  const at = line.indexOf(':')
  return [line.slice(0, at), line.slice(at + 1).trim()]
}

describe('in the description of the API', () => {
  const all = operations.flatMap((operation) =>
    operation.examples.map((example) => [operation, example] as const),
  )
  test.each(
    all.map(([operation, example]) => [operation.id, example.name, operation, example] as const),
  )(
    'the command of %s (%s) gets an answer as it is described',
    async (id, _name, operation, example) => {
      const answer = await run(operation, example)
      expect([id, answer.status, answer.text.slice(0, 300)]).toEqual([
        id,
        example.status,
        answer.text.slice(0, 300),
      ])
      expectDescribed(operation, answer)
      const learn = LEARNT[id]
      if (learn !== undefined) Object.assign(variables, learn(JSON.parse(answer.text)))
    },
  )

  test('each operation has an example, but those whose bodies browsers make', () => {
    const without = operations.filter(({ examples }) => examples.length === 0).map(({ id }) => id)
    expect(without).toEqual(['signInByPasskey', 'addPasskey', 'removePasskey'])
  })
})
