import { errorText } from '../labels.ts'
import { Unreachable } from '../../sdk/request.ts'
import { Problem } from '../../../contract/problem.ts'

/** The forms of the sign-in page. */
export type SignInForm = 'login' | 'passkey' | 'invitation' | 'guest'

const FORBIDDEN: { [F in SignInForm]: string } = {
  login: 'This account may not sign in.',
  passkey: 'This account may not sign in.',
  invitation:
    'This invitation is not good any more, or not for this name. Ask for a new one, or try another name.',
  guest: 'Guests may not come in here.',
}

const WRONG: { [F in SignInForm]?: string } = {
  login: 'The name or the password is wrong.',
  passkey: 'This passkey is not known here, or it took too long. Try again.',
}

/** The text about a passkey that the browser did not make or use. */
export function passkeyErrorText({ name }: DOMException): string {
  if (name === 'InvalidStateError') return 'This device has a passkey of yours already.'
  if (name === 'SecurityError') return 'Passkeys do not work at this address.'
  // One name for all the rest, so that a page learns nothing about the person's passkeys.
  return 'No passkey was used: it was cancelled, took too long, or there is none.'
}

/** The text about a sign-in that failed. `label` has the labels of the form's fields, by their names in the request. */
export function signInErrorText(
  error: unknown,
  form: SignInForm,
  label: Partial<Record<string, string>>,
): string {
  if (error instanceof Unreachable) return 'No answer. Try again.'
  if (error instanceof DOMException) return passkeyErrorText(error)
  if (!(error instanceof Problem)) return errorText(error)
  const mistakes = (error.errors ?? []).flatMap(({ pointer, detail }) => {
    const name = label[pointer.replace(/^#\//, '')]
    return name === undefined ? [] : [`${name} ${detail}.`]
  })
  if (mistakes.length > 0) return mistakes.join(' ')
  if (error.type === 'rate-limited') return 'Too many tries. Wait a minute, then try again.'
  const wrong = error.type === 'unauthenticated' ? WRONG[form] : undefined
  if (wrong !== undefined) return wrong
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
