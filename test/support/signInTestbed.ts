import { RelyingParty } from './relyingParty.ts'
import type { Opened } from './disposables.ts'
import { signInThere } from './signInThere.ts'
import { TestBrowser } from './testBrowser.ts'
import { TestProvider } from './testProvider.ts'

type Settings = Record<string, unknown>

/** A relying party with two providers, `one` and `two`. */
export class SignInTestbed {
  readonly party: RelyingParty
  readonly one: TestProvider
  readonly #two: TestProvider

  private constructor(party: RelyingParty, one: TestProvider, two: TestProvider) {
    this.party = party
    this.one = one
    this.#two = two
  }

  /** `registrations`: more clients of provider `one`. */
  static async open(opened: Opened, registrations: Settings[] = []): Promise<SignInTestbed> {
    const party = await RelyingParty.open(opened)
    const [one, two] = await Promise.all([
      TestProvider.open(
        opened,
        [{}, ...registrations].map((more) => party.registration('one', more)),
      ),
      TestProvider.open(opened, [party.registration('two')]),
    ])
    const testbed = new SignInTestbed(party, one, two)
    testbed.reset()
    return testbed
  }

  /** Forgets what was, and connects both providers. */
  reset(): void {
    this.party.begun.length = 0
    this.party.log.length = 0
    this.party.ahead = 0
    this.party.beforeBegin = () => {}
    this.connect({})
  }

  /** `more`: settings for provider `one`. */
  connect(more: Settings): void {
    this.party.connect([{ ...settings('one', this.one), ...more }, settings('two', this.#two)])
  }

  browser(): TestBrowser {
    return new TestBrowser(this.party.origin)
  }

  /** Begins a sign-in, and returns the address at the provider. */
  async begin(browser: TestBrowser, id = 'one', path = '/'): Promise<URL> {
    const { location } = await browser.visit(
      `${this.party.origin}/account/login/${id}?return=${encodeURIComponent(path)}`,
    )
    return new URL(location ?? 'about:blank')
  }

  /** Signs Alice in as far as the callback, which is not visited. */
  async comeBack(browser: TestBrowser, id = 'one'): Promise<URL> {
    return new URL(await signInThere(browser, (await this.begin(browser, id)).href, 'alice'))
  }

  /** Where a callback leads, without the request's id. */
  async outcome(browser: TestBrowser, callback: URL): Promise<string> {
    const { location = '' } = await browser.visit(callback.href)
    return location.replace(this.party.origin, '').replace(/&request=[\w-]{36}$/, '')
  }

  /** Why a callback signs nobody in. */
  async refusal(browser: TestBrowser, callback: URL): Promise<string> {
    const hash = await this.outcome(browser, callback)
    const isNobody = this.party.begun.length === 0
    return isNobody ? hash.replace('/#signin-error=', '') : 'somebody is signed in'
  }

  /** Signs Alice in from the start to the end; returns where that leads. */
  async signIn(browser: TestBrowser, id = 'one'): Promise<string> {
    return this.outcome(browser, await this.comeBack(browser, id))
  }
}

function settings(id: string, { issuer }: TestProvider): Settings {
  return {
    id,
    name: `Provider ${id}`,
    issuer,
    clientId: 'causeway',
    clientSecret: 'a secret of the test',
    scopes: ['openid', 'profile', 'groups'],
    groupsClaim: 'groups',
  }
}
