import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { disposables } from '../../test/support/disposables.ts'
import { signInThere } from '../../test/support/signInThere.ts'
import { SignInTestbed } from '../../test/support/signInTestbed.ts'

const opened = disposables()
let testbed: SignInTestbed

beforeAll(async () => {
  testbed = await SignInTestbed.open(opened)
}, 60_000)
beforeEach(() => testbed.reset())

describe('a callback that proves too little', () => {
  test('a changed state is refused', async () => {
    const browser = testbed.browser()
    const callback = await testbed.comeBack(browser)
    const state = callback.searchParams.get('state') ?? ''
    callback.searchParams.set('state', `${state.startsWith('A') ? 'B' : 'A'}${state.slice(1)}`)
    expect(await testbed.refusal(browser, callback)).toBe('not-valid')
  })

  test('a missing state is refused', async () => {
    const browser = testbed.browser()
    const callback = await testbed.comeBack(browser)
    callback.searchParams.delete('state')
    expect(await testbed.refusal(browser, callback)).toBe('not-valid')
  })

  test("another sign-in's state is refused", async () => {
    const browser = testbed.browser()
    const other = await testbed.comeBack(browser)
    const callback = await testbed.comeBack(browser)
    callback.searchParams.set('state', other.searchParams.get('state') ?? '')
    // The code belongs to another verifier.
    expect(await testbed.refusal(browser, callback)).toBe('expired')
  })

  test('another nonce in the ID token is refused', async () => {
    const browser = testbed.browser()
    const there = await testbed.begin(browser)
    there.searchParams.set('nonce', 'a nonce of someone else')
    const callback = await signInThere(browser, there.href, 'alice')
    expect(await testbed.refusal(browser, new URL(callback))).toBe('not-valid')
  })

  test.each([
    ['another issuer', 'https://evil.example'],
    ['no issuer', undefined],
  ])('%s in the callback is refused', async (_what, issuer) => {
    const browser = testbed.browser()
    const callback = await testbed.comeBack(browser)
    if (issuer === undefined) callback.searchParams.delete('iss')
    else callback.searchParams.set('iss', issuer)
    expect(await testbed.refusal(browser, callback)).toBe('not-valid')
  })

  test('a code of one provider at the callback of another is refused', async () => {
    const browser = testbed.browser()
    const callback = await testbed.comeBack(browser, 'one')
    callback.pathname = '/account/callback/two'
    expect(await testbed.refusal(browser, callback)).toBe('not-valid')
  })

  test.each([
    ['no cookie', false],
    ['its own cookie', true],
  ])(
    'a callback in another browser, with %s, is refused, and the first browser can go on',
    async (_what, hasCookie) => {
      const browser = testbed.browser()
      const other = testbed.browser()
      if (hasCookie) await testbed.begin(other)
      const callback = await testbed.comeBack(browser)
      expect(await testbed.refusal(other, callback)).toBe('other-browser')
      expect(await testbed.outcome(browser, callback)).toBe('/')
    },
  )

  test('a sign-in that took more than ten minutes is refused', async () => {
    const browser = testbed.browser()
    const callback = await testbed.comeBack(browser)
    testbed.party.ahead = 601_000
    expect(await testbed.refusal(browser, callback)).toBe('expired')
  })

  test('a code that was used is refused', async () => {
    const browser = testbed.browser()
    const callback = await testbed.comeBack(browser)
    expect(await testbed.outcome(browser, callback)).toBe('/')
    expect(await testbed.outcome(browser, callback)).toBe('/#signin-error=expired')
    expect(testbed.party.begun).toHaveLength(1)
  })
})
