import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { disposables } from '../../test/support/disposables.ts'
import { HttpBrowser } from '../../test/support/httpBrowser.ts'
import { SignInTestbed } from '../../test/support/signInTestbed.ts'
import { waitFor } from '../../test/support/waitFor.ts'

const opened = disposables()
let bed: SignInTestbed

beforeAll(async () => {
  bed = await SignInTestbed.open(opened)
}, 60_000)
beforeEach(() => bed.reset())

describe('a provider that is away', () => {
  test('a provider that is away disturbs no sign-in by another, and is asked again later', async () => {
    await bed.one.server.stop()
    const browser = new HttpBrowser()
    expect(await bed.begin(browser)).toHaveProperty(
      'hash',
      expect.stringMatching(/^#signin-error=provider-away&/),
    )
    expect(await bed.signIn(new HttpBrowser(), 'two')).toBe('/')
    await bed.one.server.start()
    await waitFor(async () => (await bed.begin(browser)).origin === bed.one.issuer)
    expect(await bed.signIn(browser)).toBe('/')
  })

  test('a provider that goes away during a sign-in ends it with a page', async () => {
    const browser = new HttpBrowser()
    const callback = await bed.comeBack(browser)
    await bed.one.server.stop()
    expect(await bed.outcome(browser, callback)).toBe('/#signin-error=provider-away')
    await bed.one.server.start()
  })

  test('a provider that has new keys signs people in at once', async () => {
    expect(await bed.signIn(new HttpBrowser())).toBe('/')
    await bed.one.restart()
    expect(await bed.signIn(new HttpBrowser())).toBe('/')
    expect(bed.party.begun).toHaveLength(2)
  })
})
