import type { Route } from '../../chassis/route.ts'
import { BrowserCookie } from '../browserCookie.ts'
import type { CookieNames } from '../cookies.ts'
import type { Queries } from '../database.ts'
import type { ExternalSignIn } from '../externalSignIn.ts'
import { createBackchannelLogout } from './backchannelLogout.ts'
import { Provider } from './provider.ts'
import type { ProviderSettings } from './providerSettings.ts'
import { createBeginSignIn, createFinishSignIn, createSignOutThere } from './signInRoutes.ts'
import type { SignInState } from './signInState.ts'
import { UsedLogoutTokens } from './usedLogoutTokens.ts'

export interface OidcOptions {
  providers: readonly ProviderSettings[]
  /** PUBLIC_ORIGIN. */
  origin: string
  cookies: CookieNames
  state: SignInState
  signIns: ExternalSignIn
  database: Queries
}

/** Signing in by identity providers: four routes for each. */
export function createOidcRoutes(options: OidcOptions): Route[] {
  const { origin, state, signIns } = options
  const used = new UsedLogoutTokens(options.database)
  const cookie = new BrowserCookie(options.cookies)
  return options.providers.flatMap((settings) => {
    const at = (step: string) => `/account/${step}/${settings.id}`
    const provider = new Provider({
      settings,
      redirectUri: `${origin}${at('callback')}`,
      signedOutUri: `${origin}/`,
      now: () => performance.now(),
    })
    const signIn = { state, cookie, origin, signIns }
    return [
      { path: at('login'), get: createBeginSignIn(provider, signIn) },
      { path: at('callback'), get: createFinishSignIn(provider, signIn) },
      { path: at('logout'), get: createSignOutThere(provider, origin) },
      { path: at('backchannel'), post: createBackchannelLogout(provider, { used, signIns }) },
    ]
  })
}
