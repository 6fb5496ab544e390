import { clockTime, dayName } from '../timeline/dateFormat.ts'
import { errorText } from '../labels.ts'
import type { OpenSession, OwnPasskey } from './settingsApi.ts'
import { passkeyErrorText, signInErrorText } from './signInLabels.ts'
import { Problem } from '../../../contract/problem.ts'

/** `Today, 14:05`, of a time as RFC 3339. */
function moment(time: string, now: Date): string {
  const date = new Date(time)
  return `${dayName(date, now)}, ${clockTime(date)}`
}

/** When a session began and was used. */
export function sessionText({ createdAt, usedAt }: OpenSession, now: Date): string {
  return `Signed in: ${moment(createdAt, now)}. Last used: ${moment(usedAt, now)}.`
}

/** When a passkey was added and used. */
export function passkeyText({ createdAt, usedAt }: OwnPasskey, now: Date): string {
  const used = usedAt === null ? 'Not used yet.' : `Last used: ${moment(usedAt, now)}.`
  return `Added: ${moment(createdAt, now)}. ${used}`
}

/** The text about a change of a person's account that was refused. */
export function settingsErrorText(error: unknown): string {
  if (error instanceof DOMException) return passkeyErrorText(error)
  // Somebody was faster, in another tab perhaps.
  if (error instanceof Problem && error.type === 'not-found') return 'It is not there any more.'
  if (error instanceof Problem && error.type === 'forbidden') {
    return 'This passkey was not accepted: there may be ten already, or it took too long.'
  }
  return errorText(error)
}

/** The text about a new password that was refused. */
export function passwordErrorText(error: unknown): string {
  if (error instanceof Problem && error.type === 'forbidden') return 'The old password is wrong.'
  if (error instanceof Problem && error.type === 'unauthenticated') return errorText(error)
  return signInErrorText(error, 'login', {
    password: 'The old password',
    newPassword: 'The new password',
  })
}
