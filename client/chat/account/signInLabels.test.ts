import { expect, test } from '@jest/globals'
import { Unreachable } from '../../sdk/request.ts'
import { providerFailureText, signInErrorText } from './signInLabels.ts'
import { Problem } from '../../../contract/problem.ts'

const LABELS = { name: 'Name', password: 'Password' }

test.each([
  ['login', new Problem('unauthenticated'), 'The name or the password is wrong.'],
  ['login', new Problem('forbidden'), 'This account may not sign in.'],
  ['guest', new Problem('forbidden'), 'Guests may not come in here.'],
  ['invitation', new Problem('not-found'), /^This invitation is not good any more/],
  ['login', new Problem('rate-limited'), 'Too many tries. Wait a minute, then try again.'],
  ['login', new Problem('unavailable'), 'The service is busy right now. Try again in a moment.'],
  ['login', new Unreachable('cut'), 'No answer. Try again.'],
  ['login', new TypeError('x'), 'Something went wrong on our side.'],
] as const)('A sign-in by %s that fails with %s says so in plain words', (form, error, text) => {
  expect(signInErrorText(error, form, LABELS)).toMatch(text)
})

test('Mistakes are named by the labels of their fields', () => {
  const errors = [
    { pointer: '#/password', detail: 'must be 8 to 256 characters' },
    { pointer: '#/name', detail: 'is taken' },
    { pointer: '#/other', detail: 'is nothing that the form has' },
  ]
  const error = new Problem('validation-failed', undefined, { errors })
  expect(signInErrorText(error, 'invitation', LABELS)).toBe(
    'Password must be 8 to 256 characters. Name is taken.',
  )
})

test.each([
  ['denied', '', /^The sign-in was cancelled/],
  ['expired', '4f2', /Start again\. If this goes on, tell your administrator: request 4f2\.$/],
  ['constructor', '', 'The sign-in did not work. Start again.'],
])(
  'The failure %s of a provider, request "%s", is said in plain words',
  (failure, request, text) => {
    expect(providerFailureText(failure, request)).toMatch(text)
  },
)
