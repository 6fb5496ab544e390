import type { RequestHandler, Response } from 'express'
import { randomNonce, randomPKCECodeVerifier } from 'openid-client'
import { toProblem } from '../../chassis/problems.ts'
import { searchOf } from '../../chassis/searchOf.ts'
import type { BrowserCookie } from '../browserCookie.ts'
import type { ExternalSignIn } from '../externalSignIn.ts'
import type { Provider } from './provider.ts'
import { returnUrl } from './returnUrl.ts'
import { type SignInFailure, SignInError } from './signInError.ts'
import type { SignInState } from './signInState.ts'

export interface SignInOptions {
  state: SignInState
  cookie: BrowserCookie
  /** PUBLIC_ORIGIN. */
  origin: string
  signIns: Pick<ExternalSignIn, 'begin'>
}

/** `GET /account/login/{provider}?return=/path` sends the browser to the provider. */
export function createBeginSignIn(
  provider: Provider,
  { state, cookie, origin }: SignInOptions,
): RequestHandler {
  return redirecting(provider, origin, async (request, response) => {
    const pending = {
      provider: provider.settings.id,
      nonce: randomNonce(),
      verifier: randomPKCECodeVerifier(),
      returnTo: returnUrl(new URLSearchParams(searchOf(request.originalUrl)).get('return'), origin),
    }
    const browser = cookie.keep(request, response)
    return provider.authorizationUrl({ ...pending, state: state.write(browser, pending) })
  })
}

/** `GET /account/callback/{provider}` is where the provider sends the browser back to. */
export function createFinishSignIn(
  provider: Provider,
  { state, cookie, origin, signIns }: SignInOptions,
): RequestHandler {
  return redirecting(provider, origin, async (request, response) => {
    const query = new URLSearchParams(searchOf(request.originalUrl))
    const text = query.get('state') ?? ''
    const pending = state.read(cookie.read(request), text)
    if (pending.provider !== provider.settings.id) {
      throw new SignInError('not-valid', 'the sign-in began at another provider')
    }
    await signIns.begin(
      request,
      response,
      await provider.exchange(query, { ...pending, state: text }),
    )
    return pending.returnTo
  })
}

/** `GET /account/logout/{provider}` sends the browser to the provider to sign out there too, or to the front page. */
export function createSignOutThere(provider: Provider, origin: string): RequestHandler {
  return async (_request, response) => {
    response.redirect((await provider.signOutUrl()) ?? `${origin}/`)
  }
}

/** Redirects in any case: who comes here is a person with a browser, and the page must tell them how it went. */
function redirecting(
  provider: Provider,
  origin: string,
  next: (...call: Parameters<RequestHandler>) => Promise<string>,
): RequestHandler {
  return async (...call) => {
    const [{ log }, response] = call
    try {
      response.redirect(await next(...call))
    } catch (error) {
      const failure = failureOf(error)
      const why = error instanceof SignInError ? { reason: error.message } : { err: error }
      const level = failure === 'unavailable' ? 'error' : 'warn'
      log[level]({ provider: provider.settings.id, failure, ...why }, 'a sign-in failed')
      response.redirect(`${origin}/#signin-error=${failure}&request=${requestIdOf(response)}`)
    }
  }
}

function failureOf(error: unknown): SignInFailure {
  if (error instanceof SignInError) return error.failure
  return toProblem(error).type === 'forbidden' ? 'forbidden' : 'unavailable'
}

/** The operator finds it in the log; see `requestId` for its characters. */
function requestIdOf(response: Response): string {
  return response.get('X-Request-Id') ?? ''
}
