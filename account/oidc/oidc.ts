import type { Route } from '../../chassis/route.ts'
import type { ExternalSignIn } from '../externalSignIn.ts'
import { type BackchannelOptions, createBackchannelLogout } from './backchannelLogout.ts'
import { BrowserCookie } from './browserCookie.ts'
import { Provider } from './provider.ts'
import type { ProviderSettings } from './providerSettings.ts'
import { createBeginSignIn, createFinishSignIn, createSignOutThere } from './signInRoutes.ts'
import type { SignInState } from './signInState.ts'

export interface OidcOptions extends ExternalSignIn {
  providers: readonly ProviderSettings[]
  /** PUBLIC_ORIGIN. */
  origin: string
  secureCookies: boolean
  state: SignInState
  usedLogoutTokens: BackchannelOptions['used']
}

/** Signing in by identity providers: four routes for each.. */
export function createOidcRoutes(options: OidcOptions): Route[] {
  const { origin, state, begin, end, usedLogoutTokens: used } = options
  const cookie = new BrowserCookie(options.secureCookies)
  return options.providers.flatMap((settings) => {
    const at = (step: string) => `/account/${step}/${settings.id}`
    const provider = new Provider({
      settings,
      redirectUri: `${origin}${at('callback')}`,
      signedOutUri: `${origin}/`,
      now: () => performance.now(),
    })
    const signIn = { state, cookie, origin, begin }
    return [
      { path: at('login'), get: createBeginSignIn(provider, signIn) },
      { path: at('callback'), get: createFinishSignIn(provider, signIn) },
      { path: at('logout'), get: createSignOutThere(provider, origin) },
      { path: at('backchannel'), post: createBackchannelLogout(provider, { used, end }) },
    ]
  })
}
