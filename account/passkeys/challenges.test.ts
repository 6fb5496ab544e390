import { randomBytes } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { Seal } from '../seal.ts'
import { relyingPartyId } from './ceremonies.ts'
import { Challenges } from './challenges.ts'

const seal = new Seal(randomBytes(32))
let now = 1_000_000
const challenges = new Challenges(seal, () => now)

test('A challenge is good for its purpose and its owner, and for no others', () => {
  const challenge = challenges.write('use-passkey', 'browser')
  expect(challenges.isGood('use-passkey', 'browser', challenge)).toBe(true)
  expect(challenges.isGood('add-passkey', 'browser', challenge)).toBe(false)
  expect(challenges.isGood('use-passkey', 'other', challenge)).toBe(false)
  expect(challenges.isGood('use-passkey', '', challenge)).toBe(false)
})

test('A challenge is good for five minutes', () => {
  const challenge = challenges.write('add-passkey', 'session')
  now += 300_000
  expect(challenges.isGood('add-passkey', 'session', challenge)).toBe(true)
  now += 1
  expect(challenges.isGood('add-passkey', 'session', challenge)).toBe(false)
})

test('A challenge never comes twice, and nobody else can make one', () => {
  const all = Array.from({ length: 100 }, () => challenges.write('use-passkey', 'browser'))
  expect(new Set(all).size).toBe(100)
  expect(all[0]).toMatch(/^[\w-]{64,}$/)
  const others = new Challenges(new Seal(randomBytes(32)), () => now)
  for (const text of ['', 'AAAA', others.write('use-passkey', 'browser')]) {
    expect(challenges.isGood('use-passkey', 'browser', text)).toBe(false)
  }
})

test.each([
  ['https://chat.example', 'chat.example'],
  ['https://chat.example:8443', 'chat.example'],
  ['http://localhost:8080', 'localhost'],
  ['http://127.0.0.1:8080', undefined],
  ['https://[2001:db8::1]', undefined],
])('Passkeys of %s are for %s', (origin, id) => {
  expect(relyingPartyId(origin)).toBe(id)
})
