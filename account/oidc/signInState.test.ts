import { randomBytes } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { Seal } from '../seal.ts'
import { SignInState } from './signInState.ts'

const pending = { provider: 'corp', nonce: 'n', verifier: 'v', returnTo: 'https://chat.example/' }
const seal = new Seal(randomBytes(32))
let now = 1_000_000
const state = new SignInState(seal, () => now)

test('any process with the key reads what another wrote, for ten minutes', () => {
  const text = state.write('browser', pending)
  const other = new SignInState(seal, () => now)
  now += 600_000
  expect(other.read('browser', text)).toEqual(pending)
  now += 1
  expect(() => other.read('browser', text)).toThrow(expect.objectContaining({ failure: 'expired' }))
})

test('nobody reads the verifier in a state', () => {
  const text = state.write('browser', { ...pending, verifier: 'a verifier' })
  expect(Buffer.from(text, 'base64url').toString('latin1')).not.toContain('a verifier')
})

test.each([['another browser'], [undefined]])('%s does not go on with a state', (browser) => {
  const text = state.write('browser', pending)
  expect(() => state.read(browser, text)).toThrow(
    expect.objectContaining({ failure: 'other-browser' }),
  )
})

test.each([
  ['an empty text', ''],
  [
    'a state of another key',
    new SignInState(new Seal(randomBytes(32)), () => now).write('browser', pending),
  ],
  ['what was sealed for another purpose', seal.seal('session', '["corp","n","v","/","x",9e15]')],
])('%s is no state', (_what, text) => {
  expect(() => state.read('browser', text)).toThrow(
    expect.objectContaining({ failure: 'not-valid' }),
  )
})
