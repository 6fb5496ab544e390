import { beforeEach, expect, test } from '@jest/globals'
import { disposables } from '../../test/support/disposables.ts'
import { openRedis } from '../../test/support/testRedis.ts'
import { uniquePrefix } from '../../test/support/uniquePrefix.ts'
import { SignInLimit } from './signIn.ts'

const opened = disposables()
let prefix: string
let refused: string[]

beforeEach(() => {
  prefix = uniquePrefix()
  refused = []
})

async function open(perAccount = 3, perAddress = 5): Promise<SignInLimit> {
  return new SignInLimit({
    redis: await openRedis(opened),
    prefix,
    replicas: 1,
    perAccount,
    perAddress,
    refusals: { inc: ({ limit }) => void refused.push(limit) },
  })
}

/** How many of so many tries are let pass. */
async function tries(count: number, limits: SignInLimit[], account: string, address: string) {
  let passed = 0
  for (let at = 0; at < count; at++) {
    await limits[at % limits.length]?.attempt(account, address).then(
      () => passed++,
      (problem: unknown) => expect(problem).toMatchObject({ type: 'rate-limited', status: 429 }),
    )
  }
  return passed
}

test('An account can be tried so many times, over all replicas and from all addresses', async () => {
  const limits = [await open(), await open()]
  expect(await tries(2, limits, 'alice', '192.0.2.1')).toBe(2)
  expect(await tries(3, limits, 'alice', '192.0.2.2')).toBe(1)
  expect(await tries(2, limits, 'bob', '192.0.2.2')).toBe(2)
  expect(refused).toEqual(['sign-in', 'sign-in'])
})

test('An address can try so many times, whatever accounts; refused, it takes no try from an account', async () => {
  const limits = [await open(), await open()]
  expect(await tries(3, limits, 'alice', '192.0.2.1')).toBe(3)
  expect(await tries(4, limits, 'bob', '192.0.2.1')).toBe(2)
  expect(refused).toEqual(['sign-in-by-address', 'sign-in-by-address'])
  expect(await tries(2, limits, 'bob', '192.0.2.2')).toBe(1)
})

test('A refusal says for how long, and a success forgets the tries before', async () => {
  const limit = await open()
  expect(await tries(3, [limit], 'alice', '192.0.2.1')).toBe(3)
  const problem: unknown = await limit
    .attempt('alice', '192.0.2.2')
    .catch((error: unknown) => error)
  const { retryAfter }: { retryAfter?: number } = Object(problem)
  expect(retryAfter).toBeGreaterThan(890)
  expect(retryAfter).toBeLessThanOrEqual(900)
  await limit.succeeded('alice')
  expect(await tries(4, [limit], 'alice', '192.0.2.3')).toBe(3)
})

test('Without limits everyone may try, and Redis holds no account name', async () => {
  const limit = await open(Infinity, Infinity)
  expect(await tries(50, [limit], 'alice', '192.0.2.1')).toBe(50)
  await limit.succeeded('alice')
  const redis = await openRedis(opened)
  expect(await redis.keys(`${prefix}:*`)).toEqual([])
  const some = await open()
  await some.attempt('a'.repeat(100_000), '192.0.2.1')
  for (const key of await redis.keys(`${prefix}:*`)) expect(key.length).toBeLessThan(100)
})
