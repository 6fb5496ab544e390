import { describe, expect, test } from '@jest/globals'
import { concernsOf } from '../../chassis/auth/concerns.ts'
import { openConnections, pass } from '../../test/support/testConnections.ts'
import { testIdentity } from '../../test/support/testIdentity.ts'

describe('a stream by a token', () => {
  test.each([
    [1_000, 20],
    [3_000, 20],
    [10_000, 20],
    // A round takes a second.
    [300_000, 5],
  ])(
    'of %i ms ends before the token does, and not much before: %i rounds',
    async (life, rounds) => {
      for (let round = 0; round < rounds; round++) {
        const run = openConnections({ heartbeatMs: 2_000 })
        const { reader } = run.open(undefined, testIdentity('user:a', { expiresAt: life }))
        await pass(run.clock, life)
        const [at = Infinity] = reader.times('goodbye')
        expect(at).toBeLessThanOrEqual(life - 100)
        expect(at).toBeGreaterThanOrEqual(life - 300 - Math.min(5_000, life / 20))
        expect([...run.counts]).toEqual([['expired', 1]])
        run.stop()
      }
    },
  )

  test('ends with it also while it waits for ready', async () => {
    const run = openConnections({ isReady: false })
    const { reader } = run.open(undefined, testIdentity('user:a', { expiresAt: 2_000 }))
    await pass(run.clock, 2_000)
    expect([reader.times('goodbye').length, [...run.counts]]).toEqual([1, [['expired', 1]]])
  })

  test('ends of age if its token lasts longer', async () => {
    const run = openConnections({ maxAgeMs: 20_000 })
    run.open(undefined, testIdentity('user:a', { expiresAt: 60_000 }))
    await pass(run.clock, 20_000)
    expect([...run.counts]).toEqual([['max-age', 1]])
  })
})

describe('a review', () => {
  test('ends the streams that a change concerns and that are denied, in one go', async () => {
    const run = openConnections()
    const alice = testIdentity('user:alice')
    const bob = testIdentity('user:bob')
    const streams = {
      alice: run.open(undefined, alice, ['a', 'b']).reader,
      aliceToo: run.open(undefined, alice, ['c']).reader,
      bob: run.open(undefined, bob, ['a']).reader,
      open: run.open().reader,
    }
    const asked: [string, string[]][] = []
    run.connections.review(concernsOf(['user:alice']), ({ principal }, channels) => {
      asked.push([principal, channels])
      return channels.includes('b') ? 'forbidden' : undefined
    })
    expect(asked).toEqual([
      ['user:alice', ['a', 'b']],
      ['user:alice', ['c']],
    ])
    const ended = Object.entries(streams).filter(([, reader]) => reader.times('goodbye').length > 0)
    expect(ended.map(([name]) => name)).toEqual(['alice'])
    expect([run.connections.size, [...run.counts]]).toEqual([3, [['forbidden', 1]]])
  })
})
