import { expect, test } from '@jest/globals'
import { Unreachable } from '../../sdk/request.ts'
import { passkeyText, passwordErrorText, sessionText, settingsErrorText } from './settingsLabels.ts'
import { Problem } from '../../../contract/problem.ts'

const now = new Date(2026, 10, 21, 12)
const at = (hour: number) => new Date(2026, 10, 21, hour).toISOString()
const shared = { id: 'x', userAgent: '', createdAt: at(9) }

test('A session and a passkey say when they began and were used', () => {
  const session = { ...shared, usedAt: at(10), provider: null, current: false }
  expect(sessionText(session, now)).toMatch(/^Signed in: Today, .*9.00.*Last used: Today, .*10.00/)
  expect(passkeyText({ ...shared, usedAt: null }, now)).toMatch(/^Added: Today, .* Not used yet\.$/)
  expect(passkeyText({ ...shared, usedAt: at(10) }, now)).toMatch(/Last used: Today, .*10.00/)
})

test.each([
  [new DOMException('', 'InvalidStateError'), 'This device has a passkey of yours already.'],
  [new DOMException('', 'SecurityError'), 'Passkeys do not work at this address.'],
  [new DOMException('', 'NotAllowedError'), /^No passkey was used/],
  [new Problem('not-found'), 'It is not there any more.'],
  [new Problem('forbidden'), /^This passkey was not accepted/],
  [new Problem('unavailable'), /^The service is busy/],
  [new Unreachable('cut'), /^No answer/],
])('A change that fails with %s says so in plain words', (error, text) => {
  expect(settingsErrorText(error)).toMatch(text)
})

test.each([
  [new Problem('forbidden'), 'The old password is wrong.'],
  [new Problem('unauthenticated'), 'You are not signed in.'],
  [new Problem('rate-limited'), /^Too many tries/],
  [
    new Problem('validation-failed', undefined, {
      errors: [{ pointer: '#/newPassword', detail: 'must be 8 to 256 characters' }],
    }),
    'The new password must be 8 to 256 characters.',
  ],
])('A new password that is refused with %s says so in plain words', (error, text) => {
  expect(passwordErrorText(error)).toMatch(text)
})
