import { errorText } from './labels.ts'
import { Unreachable } from './request.ts'
import { Problem } from '../contract/problem.ts'

/** The forms of the sign-in page. */
export type SignInForm = 'login' | 'invitation' | 'guest'

const FORBIDDEN: { [F in SignInForm]: string } = {
  login: 'This account may not sign in.',
  invitation:
    'This invitation is not good any more, or not for this name. Ask for a new one, or try another name.',
  guest: 'Guests may not come in here.',
}

/** The text about a sign-in that failed. `label` has the labels of the form's fields, by their names in the request. */
export function signInErrorText(
  error: unknown,
  form: SignInForm,
  label: Partial<Record<string, string>>,
): string {
  if (error instanceof Unreachable) return 'No answer. Try again.'
  if (!(error instanceof Problem)) return errorText(error)
  const mistakes = (error.errors ?? []).flatMap(({ pointer, detail }) => {
    const name = label[pointer.replace(/^#\//, '')]
    return name === undefined ? [] : [`${name} ${detail}.`]
  })
  if (mistakes.length > 0) return mistakes.join(' ')
  if (error.type === 'rate-limited') return 'Too many tries. Wait a minute, then try again.'
  const wrong = error.type === 'unauthenticated' && form === 'login'
  if (wrong) return 'The name or the password is wrong.'
  return [401, 403, 404].includes(error.status) ? FORBIDDEN[form] : errorText(error)
}

const PROVIDER_FAILURE: Partial<Record<string, string>> = {
  denied: 'The sign-in was cancelled, or the provider said no.',
  expired: 'The sign-in took too long, or its link was used before. Start again.',
  'other-browser': 'The sign-in began in another browser, or this one keeps no cookies.',
  'provider-away': 'The provider does not answer. Try again in a moment.',
  'provider-error': 'The provider cannot sign you in now. Try again in a moment.',
  'not-valid': 'The answer of the provider cannot be trusted. Start again.',
  forbidden: 'You may not sign in here.',
  unavailable: 'The service is busy right now. Try again in a moment.',
}

/** The text about a sign-in by a provider that failed; `request` is empty, or what the operator looks for. */
export function providerFailureText(failure: string, request: string): string {
  const text = Object.hasOwn(PROVIDER_FAILURE, failure) ? PROVIDER_FAILURE[failure] : undefined
  const asked =
    request === '' ? '' : ` If this goes on, tell your administrator: request ${request}.`
  return `${text ?? 'The sign-in did not work. Start again.'}${asked}`
}

export const SIGNED_OUT_TEXT = {
  first: '',
  ended: 'Your session has ended. Sign in to go on: what you wrote and did not send is kept.',
  left: 'You are signed out.',
} as const
