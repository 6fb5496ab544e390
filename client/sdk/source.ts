import type { Causeway } from './causeway.ts'
import type { Reason } from './connection.ts'
import type { News } from './streamState.ts'
import { Problem } from '../../contract/problem.ts'

/** Where messages come from, until `signal` is aborted. A source never fails: it tells its end to `put`. */
export interface SourceOptions {
  causeway: Causeway
  channels: readonly string[]
  /** Channels to be present in, and those whose signals are wanted. Polls bring neither. */
  presence: readonly string[]
  signals: readonly string[]
  since: string
  /** The reader had a source before, and was not content with it. */
  again: boolean
  signal: AbortSignal
  put: (news: News) => void
}

/** The end of a source by this error. */
export function endedBy(error: unknown, reason: Reason): News {
  return error instanceof Problem
    ? { is: 'ended', reason: error.status < 500 ? reason : 'unavailable', problem: error }
    : { is: 'ended', reason }
}

/** The parameters that name channels. */
export function channelQuery(channels: readonly string[]): URLSearchParams {
  return new URLSearchParams(channels.map((channel): [string, string] => ['channel', channel]))
}
