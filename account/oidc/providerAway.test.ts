import { createServer } from 'node:http'
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { disposables } from '../../test/support/disposables.ts'
import { openServer } from '../../test/support/openServer.ts'
import { SignInTestbed } from '../../test/support/signInTestbed.ts'
import { waitFor } from '../../test/support/waitFor.ts'

const opened = disposables()
let testbed: SignInTestbed

beforeAll(async () => {
  testbed = await SignInTestbed.open(opened)
}, 60_000)
beforeEach(() => testbed.reset())

describe('a provider that is away', () => {
  test('a provider that is away disturbs no sign-in by another, and is asked again later', async () => {
    await testbed.one.server.stop()
    const browser = testbed.browser()
    expect(await testbed.begin(browser)).toHaveProperty(
      'hash',
      expect.stringMatching(/^#signin-error=provider-away&/),
    )
    expect(await testbed.signIn(testbed.browser(), 'two')).toBe('/')
    await testbed.one.server.start()
    await waitFor(async () => (await testbed.begin(browser)).origin === testbed.one.issuer)
    expect(await testbed.signIn(browser)).toBe('/')
  })

  test('a provider that goes away during a sign-in ends it with a page', async () => {
    const browser = testbed.browser()
    const callback = await testbed.comeBack(browser)
    await testbed.one.server.stop()
    expect(await testbed.outcome(browser, callback)).toBe('/#signin-error=provider-away')
    await testbed.one.server.start()
  })

  test('a provider that has new keys signs people in at once', async () => {
    expect(await testbed.signIn(testbed.browser())).toBe('/')
    await testbed.one.restart()
    expect(await testbed.signIn(testbed.browser())).toBe('/')
    expect(testbed.party.begun).toHaveLength(2)
  })

  test('a provider that never answers ends a sign-in with a page too', async () => {
    const silent = createServer(() => {})
    testbed.connect({ issuer: `http://127.0.0.1:${await openServer(opened, silent)}` })
    const { hash } = await testbed.begin(testbed.browser())
    expect(hash).toMatch(/^#signin-error=provider-away&/)
  })
})
