import {
  AuthorizationResponseError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client'

/**
 * Why a sign-in by a provider ended. The page shows a sentence for each.
 * `denied`: the person or the provider said no. `expired`: it took too long, or its link was used before.
 * `other-browser`: it began in another browser, or this one keeps no cookies. `provider-away`: no answer.
 * `provider-error`: the provider answered with an error. `not-valid`: the answer does not prove what it says.
 * `forbidden`: Causeway does not let this person in. `unavailable`: Causeway cannot answer now.
 */
export type SignInFailure =
  | 'denied'
  | 'expired'
  | 'other-browser'
  | 'provider-away'
  | 'provider-error'
  | 'not-valid'
  | 'forbidden'
  | 'unavailable'

/** Ends a sign-in; `message` is for the log. */
export class SignInError extends Error {
  readonly failure: SignInFailure

  constructor(failure: SignInFailure, message: string) {
    super(message)
    this.name = 'SignInError'
    this.failure = failure
  }
}

/** What a failed exchange with a provider means. Its message has codes and the libraries' own words, and no answer with tokens or claims. */
export function toSignInError(error: unknown): SignInError {
  if (error instanceof SignInError) return error
  if (error instanceof AuthorizationResponseError) {
    const isDenied = error.error === 'access_denied'
    return new SignInError(isDenied ? 'denied' : 'provider-error', `${error.code}: ${error.error}`)
  }
  if (error instanceof ResponseBodyError) {
    // The one error of a token endpoint that a person can cause: by going back, or by waiting.
    const isUsed = error.error === 'invalid_grant'
    return new SignInError(isUsed ? 'expired' : 'provider-error', `${error.code}: ${error.error}`)
  }
  if (error instanceof WWWAuthenticateChallengeError) {
    return new SignInError(
      'provider-error',
      `${error.code}: it does not accept what account proves itself by`,
    )
  }
  return new SignInError(isAway(error) ? 'provider-away' : 'not-valid', describe(error))
}

const AWAY = [
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'ERR_JWKS_TIMEOUT',
  // The answer at the address of the keys is no 200.
  'ERR_JOSE_GENERIC',
]

/** The libraries wrap what fetch throws in different ways. */
function isAway(error: unknown): boolean {
  const { code, message, cause }: { code?: unknown; message?: unknown; cause?: unknown } =
    Object(error)
  if (message === 'fetch failed' || AWAY.some((each) => each === code)) return true
  return cause !== undefined && isAway(cause)
}

/** The words of an error and of the errors below it. */
function describe(error: unknown): string {
  const { code, message, cause }: { code?: unknown; message?: unknown; cause?: unknown } =
    Object(error)
  const own = [code, message].filter((each) => typeof each === 'string').join(': ')
  return cause instanceof Error ? `${own} (${describe(cause)})` : own
}
