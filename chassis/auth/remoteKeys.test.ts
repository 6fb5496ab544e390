import { createServer } from 'node:http'
import { beforeAll, expect, test } from '@jest/globals'
import type { JWK } from 'jose'
import { disposables } from '../../test/support/disposables.ts'
import { openServer } from '../../test/support/openServer.ts'
import { TestIssuer } from '../../test/support/testIssuer.ts'
import { VirtualClock } from '../../test/support/virtualClock.ts'
import { waitFor } from '../../test/support/waitFor.ts'
import { issuers } from './issuers.ts'
import { TokenRefused } from './tokenProblem.ts'
import { TokenVerifier } from './tokenVerifier.ts'

const opened = disposables()
let first: TestIssuer
let second: TestIssuer

beforeAll(async () => {
  first = await TestIssuer.create('https://issuer.example', 'k1')
  second = await TestIssuer.create('https://issuer.example', 'k2')
})

/** An issuer's keys behind a URL, and a verifier that reads them on a virtual clock. */
class Run {
  readonly clock = new VirtualClock()
  keys: JWK[]
  isAway = false
  requests = 0
  errors = 0
  #verifier!: TokenVerifier
  stop = (): void => {}

  constructor(...keys: JWK[]) {
    this.keys = keys
  }

  async start(): Promise<this> {
    const server = createServer((_request, response) => {
      this.requests++
      response.writeHead(this.isAway ? 503 : 200, { 'Content-Type': 'application/json' })
      response.end(JSON.stringify({ keys: this.keys }))
    })
    const port = await openServer(opened, server)
    this.#verifier = new TokenVerifier({
      issuers: issuers().parse(JSON.stringify([first.entry(`http://127.0.0.1:${port}/jwks.json`)])),
      clock: this.clock,
      now: () => Date.now(),
      onError: () => void this.errors++,
    })
    this.stop = this.#verifier.start()
    await waitFor(() => this.requests === 1)
    return this
  }

  async outcome(token: string): Promise<string> {
    try {
      return (await this.#verifier.verify(token, 'header')).principal
    } catch (error) {
      return error instanceof TokenRefused ? error.outcome : Object(error).type
    }
  }
}

test('A token of a key that the issuer has begun to use is accepted at once', async () => {
  const run = await new Run(first.jwk).start()
  await waitFor(async () => (await run.outcome(await first.token('user:a'))) === 'user:a')
  run.keys.push(second.jwk)
  run.clock.pass(30_000)
  expect(await run.outcome(await second.token('user:a'))).toBe('user:a')
  expect(run.requests).toBe(2)
})

test('Tokens that name unknown keys cost one request in half a minute, and all wait for it', async () => {
  const run = await new Run(first.jwk).start()
  await waitFor(async () => (await run.outcome(await first.token('user:a'))) === 'user:a')
  const wrong = await first.sign('user:a', { header: { kid: 'nobody' } })
  // The first read was a moment ago.
  expect([await run.outcome(wrong), run.requests]).toEqual(['key', 1])
  run.clock.pass(30_000)
  run.keys.push(second.jwk)
  const right = await second.token('user:a')
  const outcomes = await Promise.all(
    [wrong, right, wrong, right].map((token) => run.outcome(token)),
  )
  expect([outcomes, run.requests]).toEqual([['key', 'user:a', 'key', 'user:a'], 2])
  run.clock.pass(29_000)
  expect([await run.outcome(wrong), run.requests]).toEqual(['key', 2])
})

test('A key that the issuer has taken back is refused within five minutes', async () => {
  const run = await new Run(first.jwk, second.jwk).start()
  const token = await second.token('user:a')
  await waitFor(async () => (await run.outcome(token)) === 'user:a')
  run.keys.pop()
  run.clock.pass(299_000)
  expect([await run.outcome(token), run.requests]).toEqual(['user:a', 1])
  run.clock.pass(1_000)
  await waitFor(async () => (await run.outcome(token)) === 'key')
})

test('While the issuer is away, tokens of its known keys are accepted, and others may come again', async () => {
  const run = await new Run(first.jwk).start()
  await waitFor(async () => (await run.outcome(await first.token('user:a'))) === 'user:a')
  run.isAway = true
  run.clock.pass(300_000)
  await waitFor(() => run.errors === 1)
  expect(await run.outcome(await first.token('user:b'))).toBe('user:b')
  run.clock.pass(30_000)
  expect(await run.outcome(await second.token('user:b'))).toBe('unavailable')
  expect(await run.outcome(await first.token('user:c'))).toBe('user:c')
  run.isAway = false
  run.keys.push(second.jwk)
  run.clock.pass(30_000)
  await waitFor(async () => (await run.outcome(await second.token('user:b'))) === 'user:b')
})

test('An issuer that was never reached is asked once a second, and its tokens are not refused meanwhile', async () => {
  const run = new Run(first.jwk)
  run.isAway = true
  await run.start()
  await waitFor(() => run.errors === 1)
  const token = await first.token('user:a')
  for (let count = 0; count < 5; count++) expect(await run.outcome(token)).toBe('unavailable')
  expect(run.requests).toBe(1)
  run.clock.pass(1_000)
  await waitFor(() => run.errors === 2)
  run.isAway = false
  run.clock.pass(1_000)
  await waitFor(async () => (await run.outcome(token)) === 'user:a')
  expect(run.requests).toBe(3)
  run.stop()
  run.clock.pass(1_000_000)
  expect([await run.outcome(token), run.requests]).toEqual(['user:a', 3])
})
