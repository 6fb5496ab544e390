import { beforeAll, expect, test } from '@jest/globals'
import { TestIssuer } from '../../test/support/testIssuer.ts'
import { VirtualClock } from '../../test/support/virtualClock.ts'
import { Authenticator } from './authenticator.ts'
import type { Identity } from './identity.ts'
import { issuers } from './issuers.ts'
import { TokenVerifier } from './tokenVerifier.ts'

let issuer: TestIssuer
beforeAll(async () => {
  issuer = await TestIssuer.create()
})

class Run {
  now = Date.now()
  isBlind = false
  isRevoked = false
  verifications = 0
  readonly outcomes: string[] = []
  readonly #verifier = new TokenVerifier({
    issuers: issuers().parse(JSON.stringify([issuer.entry()])),
    clock: new VirtualClock(),
    now: () => this.now,
    onError: () => {},
  })
  readonly authenticator: Authenticator

  constructor() {
    const isBlind = (): boolean => this.isBlind
    this.authenticator = new Authenticator({
      verifier: {
        verify: (...of) => {
          this.verifications++
          return this.#verifier.verify(...of)
        },
      },
      access: {
        get isBlind() {
          return isBlind()
        },
        refusal: () => (this.isRevoked ? 'revoked' : undefined),
      },
      cookieName: 'causeway-access',
      count: (outcome) => void this.outcomes.push(outcome),
      now: () => this.now,
    })
  }

  identify(token: string): Identity | Promise<Identity> {
    return this.authenticator.identify({ authorization: `Bearer ${token}` })
  }
}

test('A token is verified once: later requests get its identity at once, and share it', async () => {
  const run = new Run()
  const token = await issuer.token('user:alice')
  const both = await Promise.all([run.identify(token), run.identify(token)])
  const later = run.identify(token)
  expect(later).not.toBeInstanceOf(Promise)
  expect(new Set([...both, later]).size).toBe(1)
  expect([run.verifications, run.outcomes]).toEqual([1, ['verified']])
})

test('The same token in the cookie is another identity, by a verification of its own', async () => {
  const run = new Run()
  const token = await issuer.token('user:alice')
  const header = await run.identify(token)
  const cookie = await run.authenticator.identify({ cookie: `causeway-access=${token}` })
  expect([header.by, cookie.by, run.verifications]).toEqual(['header', 'cookie', 2])
})

test('A verified token is refused from its end on', async () => {
  const run = new Run()
  const { expiresAt } = await run.identify(await issuer.token('user:alice'))
  const token = await issuer.token('user:alice', { exp: expiresAt / 1_000 })
  await run.identify(token)
  run.now = expiresAt - 1
  expect(run.identify(token)).not.toBeInstanceOf(Promise)
  run.now = expiresAt
  await expect(run.identify(token)).rejects.toThrow('The token has expired.')
  expect(run.outcomes).toEqual(['verified', 'verified', 'expired'])
})

test('A verified token is refused as soon as it is revoked', async () => {
  const run = new Run()
  const token = await issuer.token('user:alice')
  await run.identify(token)
  run.isRevoked = true
  expect(() => run.identify(token)).toThrow('The token was revoked.')
  await expect(run.identify(await issuer.token('user:bob'))).rejects.toThrow(
    'The token was revoked.',
  )
  run.isRevoked = false
  expect(run.identify(token)).toMatchObject({ principal: 'user:alice' })
})

test('A blind service says to come back, also for a verified token', async () => {
  const run = new Run()
  const token = await issuer.token('user:alice')
  await run.identify(token)
  run.isBlind = true
  expect(() => run.identify(token)).toThrow(expect.objectContaining({ type: 'unavailable' }))
})

test('A refused token is not remembered as one that is good', async () => {
  const run = new Run()
  const token = await issuer.token('user:alice', { aud: 'other' })
  for (let count = 0; count < 2; count++) {
    await expect(run.identify(token)).rejects.toThrow('The token is not valid.')
  }
  expect([run.verifications, run.outcomes]).toEqual([2, ['audience', 'audience']])
})

test('A request without a token is told to bring one', () => {
  const run = new Run()
  expect(() => run.authenticator.identify({})).toThrow(
    expect.objectContaining({ type: 'unauthenticated', detail: undefined }),
  )
})
