import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Stack } from '../../stack/stack.ts'
import { runProgram } from '../support/runProgram.ts'
import { testStack } from '../support/testStack.ts'
import { waitFor } from '../support/waitFor.ts'

let closed: Stack
let open: Stack

beforeAll(async () => {
  closed = await testStack({ auth: 'required', bridges: 1, gateways: 1 })
  open = await testStack({ bridges: 1, gateways: 1 })
}, 120_000)
afterAll(() => Promise.all([closed?.stop(), open?.stop()]), 60_000)

const smoke = (origin: string, env: Record<string, string> = {}) =>
  runProgram('node', ['deploy/image/smoke.mjs'], { ORIGIN: origin, ...env })
const account = async (...args: string[]): Promise<string> => {
  const env = { DATABASE_URL: closed.databaseUrl, PUBLIC_ORIGIN: closed.origin }
  const { code, output } = await runProgram('node', ['dist/account/command.js', ...args], env)
  expect([code, output]).toEqual([0, output])
  return output
}

test('The smoke test posts and reads if Causeway is open', async () => {
  const { code, output } = await smoke(open.origin)
  expect([code, output]).toEqual([0, expect.stringContaining('Posted, delivered and read back')])
})

test('The smoke test of a Causeway that needs tokens posts and reads by an API key with a grant', async () => {
  const [key = ''] = /cw_\S+/.exec(await account('key', 'service:smoke')) ?? []
  const refused = await smoke(closed.origin, { API_KEY: key })
  expect([refused.code, refused.output]).toEqual([1, expect.stringContaining('not 403')])
  await account('grant', 'service:smoke', 'read,write', 'smoke.*')
  // Ingest and gateway see the grant within a second.
  await waitFor(async () => (await smoke(closed.origin, { API_KEY: key })).code === 0, 30)
  const { output } = await smoke(closed.origin, { API_KEY: key })
  expect(output).toContain('Posted, delivered and read back')
})

test('The smoke test without a key sees that all services answer and ask for a token', async () => {
  const { code, output } = await smoke(closed.origin)
  expect([code, output]).toEqual([0, expect.stringContaining('asks for a token')])
})

test('The smoke test fails if nobody is there', async () => {
  const { code } = await smoke('http://127.0.0.1:1')
  expect(code).toBe(1)
})
