import { Unreachable } from './api.ts'
import type { Connection } from './connection.ts'
import type { Gap } from './conversation.ts'
import { Problem, type ProblemType } from '../contract/problem.ts'

const OURS = 'Something went wrong on our side.'
const BUSY = 'The service is busy right now. Try again in a moment.'

const PROBLEM_WORDS: { [P in ProblemType]: string } = {
  'invalid-channel': 'A channel name has letters, digits, “-” and “_”, with dots between words.',
  'invalid-parameter': 'This page asked for something that the service does not know.',
  'invalid-event-id': 'This page asked for something that the service does not know.',
  'malformed-json': OURS,
  'malformed-request': OURS,
  forbidden: 'You are not allowed to do this here.',
  'not-found': 'There is nothing here.',
  'message-not-found': 'There is no such message.',
  'method-not-allowed': OURS,
  'not-acceptable': OURS,
  'too-large': 'This message is too long.',
  'unsupported-media-type': OURS,
  'validation-failed': 'The service did not accept this message.',
  'idempotency-conflict': 'Another message was sent in its place. Send it again as a new one.',
  overloaded: BUSY,
  unavailable: BUSY,
  'outcome-unknown': 'It is not certain whether this was sent. Trying again is safe.',
  internal: OURS,
}

/** An error for the person in front of the page. */
export function errorWords(error: unknown): string {
  if (error instanceof Problem) return PROBLEM_WORDS[error.type]
  if (error instanceof Unreachable) return 'No answer. Trying again is safe: nothing is said twice.'
  return OURS
}

const CONNECTION_WORDS: { [C in Exclude<Connection['is'], 'refused'>]: string } = {
  connecting: 'Connecting',
  live: 'Connected',
  reconnecting: 'Reconnecting',
  offline: 'You are offline',
  closed: 'Closed',
}

export function connectionWords(connection: Connection): string {
  return connection.is === 'refused'
    ? PROBLEM_WORDS[connection.problem.type]
    : CONNECTION_WORDS[connection.is]
}

/** "in 3 s", or nothing where no wait is known or left. */
export function countdownWords(connection: Connection, now: number): string {
  if (connection.is !== 'reconnecting' || connection.retryAt === undefined) return ''
  const seconds = Math.ceil((connection.retryAt - now) / 1_000)
  return seconds > 0 ? `in ${seconds} s` : ''
}

export function gapWords({ reason }: Gap): string {
  return reason === 'retention'
    ? 'Older messages are no longer kept'
    : 'Some messages could not be recovered'
}
