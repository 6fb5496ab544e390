import { describe, expect, test } from '@jest/globals'
import { VirtualClock } from '../../test/support/virtualClock.ts'
import { Allowance } from './allowance.ts'
import { Limit, rateLimited, type LimitSide, type Subject } from './limit.ts'

const ALICE: Subject = { principal: 'user:alice', address: '192.0.2.1' }
const BOB: Subject = { principal: 'user:bob', address: '192.0.2.1' }
const NOBODY: Subject = { principal: undefined, address: '192.0.2.1' }

function open({ perPrincipal = 10, perAddress = 15 } = {}) {
  const clock = new VirtualClock()
  const refused: string[] = []
  const side = (name: string, points: number, keyOf: LimitSide['keyOf']): LimitSide => ({
    name,
    keyOf,
    windowSeconds: 60,
    allowance: new Allowance({
      points,
      endOf: (now) => now + 60_000,
      now: clock.now,
      store: { add: () => Promise.reject(new Error('away')) },
    }),
  })
  const limit = new Limit(
    [
      side('posts', perPrincipal, ({ principal }) => principal),
      {
        ...side('posts-by-address', perAddress, ({ address }) => address),
        unit: 'content-bytes' as const,
      },
    ],
    { inc: (labels) => void refused.push(labels.limit) },
  )
  return { limit, clock, refused }
}

describe('a limit', () => {
  test('counts for the principal and for its address', () => {
    const { limit, refused } = open()
    limit.take(ALICE, 10)
    expect([limit.refusal(ALICE), limit.refusal(BOB), limit.refusal(NOBODY)]).toEqual([
      60_000,
      undefined,
      undefined,
    ])
    limit.take(BOB, 5)
    expect([limit.refusal(BOB), limit.refusal(NOBODY)]).toEqual([60_000, 60_000])
    expect(limit.refusal({ ...BOB, address: '192.0.2.2' })).toBe(undefined)
    expect(refused).toEqual(['posts', 'posts-by-address', 'posts-by-address'])
  })

  test('refuses what costs more than remains, at the boundary too', () => {
    const { limit } = open()
    limit.take(ALICE, 7)
    expect([3, 4].map((cost) => limit.refusal(ALICE, cost))).toEqual([undefined, 60_000])
  })

  test('allows what costs more than all points if nothing was taken, and then nothing else', () => {
    const { limit } = open()
    expect(limit.refusal(ALICE, 1_000)).toBe(undefined)
    limit.take(ALICE, 1_000)
    expect(limit.refusal(ALICE, 1)).toBe(60_000)
  })

  test('says in its headers what each side allows, rounding time up', () => {
    const { limit, clock } = open()
    expect(limit.headers(NOBODY)).toEqual({
      'RateLimit-Policy': '"posts-by-address";q=15;qu="content-bytes";w=60',
      RateLimit: '"posts-by-address";r=15;t=60',
    })
    limit.take(ALICE, 4)
    clock.pass(100)
    expect(limit.headers(ALICE)).toEqual({
      'RateLimit-Policy': '"posts";q=10;w=60, "posts-by-address";q=15;qu="content-bytes";w=60',
      RateLimit: '"posts";r=6;t=60, "posts-by-address";r=11;t=60',
    })
    clock.pass(58_901)
    expect(limit.headers(ALICE)?.RateLimit).toBe('"posts";r=6;t=1, "posts-by-address";r=11;t=1')
  })

  test('whoever waits for as long as it says is allowed again', () => {
    const { limit, clock } = open()
    limit.take(ALICE, 10)
    clock.pass(12_345)
    const waitMs = limit.refusal(ALICE) ?? 0
    const { retryAfter } = rateLimited('', waitMs)
    expect([waitMs, retryAfter]).toEqual([47_655, 48])
    clock.pass(waitMs - 1)
    expect(limit.refusal(ALICE)).toBe(1)
    clock.pass(1)
    expect(limit.refusal(ALICE)).toBe(undefined)
  })

  test('without sides allows everything, and has no headers', () => {
    const limit = new Limit([], { inc: () => {} })
    limit.take(ALICE, 1e9)
    expect([limit.refusal(ALICE, 1e9), limit.headers(ALICE)]).toEqual([undefined, undefined])
  })
})
