import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readMetric } from '../../stack/readMetric.ts'
import { type AuthStack, authStack } from '../support/authStack.ts'
import { RawReader } from '../support/rawReader.ts'
import { waitFor } from '../support/waitFor.ts'

const HALF = 1_000
/** Streams that share one token, as the tabs of one browser do. */
const TABS = 4

let stack: AuthStack
const readers: RawReader[] = []

beforeAll(async () => {
  stack = await authStack({ gateways: 2 })
}, 60_000)
afterAll(async () => {
  for (const { socket } of readers) socket.destroy()
  await stack?.stop()
}, 60_000)

/** Streams over both gateways, each four of them by one token; resolves when all are open. */
async function open(count: number, channel: string, claims: object): Promise<RawReader[]> {
  const { gateways, issuer } = stack
  const tokens = await Promise.all(
    Array.from({ length: Math.ceil(count / TABS) }, (_, at) =>
      issuer.token(`user:u${at}`, { ...claims }),
    ),
  )
  const mine = Array.from({ length: count }, (_, at) => {
    const url = `${gateways[at % gateways.length]}/events?channel=${channel}`
    return new RawReader(url, { Authorization: `Bearer ${tokens[Math.floor(at / TABS)]}` })
  })
  readers.push(...mine)
  await waitFor(() => mine.every((reader) => reader.named('ready').length > 0), 60)
  return mine
}

const reasons = (list: readonly RawReader[]): Set<string> =>
  new Set(list.map((reader) => reader.named('goodbye')[0]?.data ?? 'open'))

async function streams(): Promise<number[]> {
  const gateways = stack.processes.filter(({ role }) => role === 'gateway')
  return Promise.all(
    gateways.map(({ metricsUrl }) => readMetric(metricsUrl, 'causeway_gateway_streams')),
  )
}

const grants = ['read obey.**']

describe('of 2,000 streams over two gateways', () => {
  test('the 1,000 of a revoked session end, and the 1,000 of another one stay', async () => {
    const gone = await open(HALF, 'obey.a', { grants, sid: 'gone' })
    const kept = await open(HALF, 'obey.a', { grants, sid: 'kept' })
    expect(await streams()).toEqual([HALF, HALF])
    const from = Date.now()
    await stack.revoke('session:gone')
    await waitFor(() => gone.every(({ ended }) => ended !== undefined), 20, 5)
    process.stdout.write(`1,000 streams ended ${Date.now() - from} ms after the revocation began\n`)
    expect(reasons(gone)).toEqual(new Set(['{"reason":"revoked"}']))
    expect(gone.filter(({ ended }) => ended === 'cleanly')).toHaveLength(HALF)
    // With an id, so that the reader may come back with another token, and resume.
    expect(
      gone.filter((reader) => !/^[\w]+-\d+$/.test(reader.named('goodbye')[0]?.id ?? '')),
    ).toEqual([])
    expect(reasons(kept)).toEqual(new Set(['open']))
    expect(await streams()).toEqual([HALF / 2, HALF / 2])
  }, 120_000)
})

test('A ban ends the streams of a principal, whatever its tokens, and nobody else’s', async () => {
  const mine = await open(8, 'obey.b', { grants, sub: 'user:mallory' })
  const others = await open(8, 'obey.b', { grants, sub: 'user:mallor' })
  await stack.revoke('user:mallory')
  await waitFor(() => mine.every(({ ended }) => ended === 'cleanly'))
  expect([reasons(mine), reasons(others)]).toEqual([
    new Set(['{"reason":"revoked"}']),
    new Set(['open']),
  ])
})

test('A revoked token ends its own streams, and not those of the session’s next token', async () => {
  const old = await open(4, 'obey.c', { grants, sid: 's', jti: 'old' })
  const next = await open(4, 'obey.c', { grants, sid: 's', jti: 'next' })
  await stack.revoke('token:old')
  await waitFor(() => old.every(({ ended }) => ended === 'cleanly'))
  expect([reasons(old), reasons(next)]).toEqual([
    new Set(['{"reason":"revoked"}']),
    new Set(['open']),
  ])
})

test('A stream ends if one of its channels may not be read any more, and stays if another is taken', async () => {
  await stack.grant('user:*', 'read obey.d')
  await stack.grant('user:*', 'read obey.e')
  await stack.grant('group:staff', 'read obey.d')
  // The first answer shows that both gateways have the grants.
  await waitFor(async () => {
    const answers = await Promise.all(
      stack.gateways.map(async (origin) =>
        fetch(`${origin}/events?channel=obey.d&channel=obey.e`, {
          method: 'HEAD',
          headers: { Authorization: `Bearer ${await stack.issuer.token('user:x')}` },
        }),
      ),
    )
    return answers.every(({ status }) => status === 200)
  })
  const both = await open(4, 'obey.d&channel=obey.e', {})
  const one = await open(4, 'obey.e', {})
  const staff = await open(4, 'obey.d', { groups: ['staff'] })
  await stack.grant('user:*', ' obey.d')
  await waitFor(() => both.every(({ ended }) => ended === 'cleanly'))
  expect([reasons(both), reasons(one), reasons(staff)]).toEqual([
    new Set(['{"reason":"forbidden"}']),
    new Set(['open']),
    new Set(['open']),
  ])
  await stack.grant('group:staff', ' obey.d')
  await waitFor(() => staff.every(({ ended }) => ended === 'cleanly'))
  expect([reasons(staff), reasons(one)]).toEqual([
    new Set(['{"reason":"forbidden"}']),
    new Set(['open']),
  ])
})

test('A stream ends when its token does, and never later', async () => {
  const exp = Date.now() / 1_000 + 3
  const mine = await open(8, 'obey.f', { grants, exp })
  const others = await open(8, 'obey.f', { grants })
  let lateMs = 0
  await waitFor(() => {
    if (mine.every(({ ended }) => ended === 'cleanly')) return true
    lateMs = Date.now() - exp * 1_000
    return false
  })
  process.stdout.write(`The last stream was still open ${lateMs} ms after its token's end\n`)
  expect([reasons(mine), reasons(others)]).toEqual([
    new Set(['{"reason":"expired"}']),
    new Set(['open']),
  ])
})
