import { Problem } from '../../contract/problem.ts'
import type { LogSince } from '../../contract/since.ts'
import type { EventsQuery } from './query.ts'

type Place = Pick<EventsQuery, 'since' | 'otherwise'>

/**
 * What a request asks of one log. An id counts only in the logs that it names. In any other the request's `since` counts, and
 * without one the stream is new. `logWith`: the log that has an epoch now, this one before others. An id of
 * one log whose epoch no log has may be of any.
 */
export function sinceIn(
  log: number,
  { since, otherwise }: Place,
  logWith: (epoch: string, log: number) => number | undefined,
): LogSince {
  for (const asked of [since, otherwise]) {
    if (asked === undefined) continue
    if (asked.kind === 'cursor') {
      const id = asked.ids.get(log)
      if (id !== undefined) return { kind: 'id', ...id }
    } else if (asked.kind !== 'id' || (logWith(asked.epoch, log) ?? log) === log) return asked
  }
  return { kind: 'now', isUnnamed: true }
}

/** Throws `invalid-parameter` if a stream over several logs is to begin at a position: each log has its own. */
export function requireOneLog({ since, otherwise }: Place): void {
  if (since.kind !== 'position' && otherwise?.kind !== 'position') return
  const detail =
    'a position is of one log, and these channels are of several: give an event id, a time or -N'
  throw new Problem('invalid-parameter', undefined, { errors: [{ pointer: '#/since', detail }] })
}
