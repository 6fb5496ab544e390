import { expect, test } from '@jest/globals'
import { testIdentity } from '../../test/support/testIdentity.ts'
import { tokenKey, VerifiedTokens } from './verifiedTokens.ts'

const alice = testIdentity('user:alice', { expiresAt: 1_000 })
const bob = testIdentity('user:bob', { expiresAt: 5_000 })

test('A token is known until it ends', () => {
  const tokens = new VerifiedTokens()
  tokens.add('a', 600, alice, 0)
  expect([tokens.get('a', 999), tokens.get('a', 1_000), tokens.get('b', 0)]).toEqual([
    alice,
    undefined,
    undefined,
  ])
})

test('The oldest go first when all together are too long, however often they are added', () => {
  const tokens = new VerifiedTokens(1_000)
  for (let round = 0; round < 3; round++) tokens.add('a', 400, bob, 0)
  tokens.add('b', 400, bob, 0)
  expect(tokens.size).toBe(2)
  tokens.add('c', 400, bob, 0)
  expect(['a', 'b', 'c'].map((key) => tokens.get(key, 0) !== undefined)).toEqual([
    false,
    true,
    true,
  ])
  tokens.add('d', 1_001, bob, 0)
  expect(tokens.size).toBe(0)
})

test('Those that have ended make room as others come', () => {
  const tokens = new VerifiedTokens()
  for (let at = 0; at < 100; at++) tokens.add(`a${at}`, 600, alice, 0)
  tokens.add('b', 600, bob, 2_000)
  expect(tokens.size).toBe(1)
})

test('The key of a token is short, and another one for each way that it comes', () => {
  const keys = [tokenKey('x'.repeat(600), 'header'), tokenKey('x'.repeat(600), 'cookie')]
  expect([new Set(keys).size, ...keys.map((key) => key.length)]).toEqual([2, 32, 32])
})
