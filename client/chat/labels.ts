import { Unreachable } from '../sdk/request.ts'
import { type Connection, reasonText } from '../sdk/connection.ts'
import type { Gap } from '../sdk/timeline.ts'
import { Problem, type ProblemType } from '../../contract/problem.ts'

const OURS = 'Something went wrong on our side.'
const BUSY = 'The service is busy right now. Try again in a moment.'

const PROBLEM_TEXT: { [P in ProblemType]: string } = {
  'invalid-channel': 'A channel name has letters, digits, “-” and “_”, with dots between words.',
  'invalid-parameter': OURS,
  'invalid-event-id': OURS,
  'malformed-json': OURS,
  'malformed-request': OURS,
  unauthenticated: 'You are not signed in.',
  forbidden: 'You are not allowed to do this here.',
  'not-found': 'There is nothing here.',
  'message-not-found': 'There is no such message.',
  'method-not-allowed': OURS,
  conflict: 'That message has changed meanwhile.',
  'not-acceptable': OURS,
  'request-timeout': 'Your connection was too slow. Try again in a moment.',
  'too-large': 'This message is too long.',
  'misdirected-request': OURS,
  'unsupported-media-type': OURS,
  'validation-failed': 'The service did not accept this message.',
  'idempotency-conflict': 'Another message was sent in its place. Send it again as a new one.',
  'rate-limited': 'That was too much at once. Try again in a moment.',
  overloaded: BUSY,
  unavailable: BUSY,
  'outcome-unknown': 'This may or may not have been sent. Trying again is safe.',
  internal: OURS,
}

/** The text about an error, for the person who uses the page. */
export function errorText(error: unknown): string {
  if (error instanceof Problem) return PROBLEM_TEXT[error.type]
  if (error instanceof Unreachable) return 'No answer. Trying again is safe: nothing is sent twice.'
  return OURS
}

/** The text about a message that was not sent. */
export function failureText(type: ProblemType): string {
  return type === 'forbidden' ? 'You may not write in this channel.' : PROBLEM_TEXT[type]
}

const CONNECTION_LABEL: { [C in Exclude<Connection['is'], 'refused'>]: string } = {
  connecting: 'Connecting',
  live: 'Connected',
  reconnecting: 'Reconnecting',
  offline: 'You are offline',
  closed: 'Closed',
}

export function connectionLabel(connection: Connection): string {
  if (connection.is === 'live' && connection.reason !== undefined) return 'Connected the slow way'
  if (connection.is !== 'refused') return CONNECTION_LABEL[connection.is]
  const { type } = connection.problem
  return type === 'forbidden' ? 'You may not read this channel.' : PROBLEM_TEXT[type]
}

/** Why the connection is as it is, or what happens meanwhile; empty if there is nothing to say. */
export function connectionReason(connection: Connection): string {
  if (connection.is === 'offline')
    return 'What you write is kept, and sent when the network is back.'
  const { reason } = { reason: undefined, ...connection }
  return reason === undefined ? '' : reasonText(reason)
}

/** The time until the next attempt, e.g. "in 3 s"; empty if there is none to wait for. */
export function countdownLabel(leftMs: number): string {
  const seconds = Math.ceil(leftMs / 1_000)
  return seconds > 0 ? `in ${seconds} s` : ''
}

/** What came after the connection was back. */
export function recoveredLabel(messages: number): string {
  if (messages === 0) return 'You missed nothing.'
  return messages === 1
    ? 'The message that you missed is here.'
    : `The ${messages} messages that you missed are here.`
}

export function gapLabel({ reason }: Gap): string {
  return reason === 'retention'
    ? 'Older messages are no longer kept'
    : 'Some messages could not be recovered'
}
