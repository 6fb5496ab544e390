import { Cursor } from '../../contract/cursor.ts'
import { Problem } from '../../contract/problem.ts'
import type { LogSince } from '../../contract/since.ts'
import type { Frame } from '../hub/frame.ts'
import type { Asked } from '../hub/hubs.ts'
import type { Start } from '../hub/joining.ts'
import type { Connection } from './connection.ts'

/** See EventsOptions. */
export type FindStart = (
  query: { since: LogSince; channels: readonly string[] },
  isWanted: () => boolean,
  log: number,
) => Promise<Start<Frame>>

interface StartsOptions {
  /** What the request asks of a log. */
  sinceIn: (log: number) => LogSince
  findStart: FindStart
  /** A failure that nobody foresaw. */
  onError: (error: unknown) => void
  /** Waits, between two questions to a log that is away. */
  pause: () => Promise<void>
}

/** How a stream over several logs finds its start in each, for as long as it is open. */
export function startsOfAll(
  connection: Pick<Connection, 'isOpen' | 'isFull' | 'drained'>,
  options: StartsOptions,
): Asked<Frame> {
  const { findStart, onError, pause } = options

  async function find(log: number, channels: readonly string[]): Promise<Start<Frame> | undefined> {
    while (connection.isOpen) {
      // The first items of each log may be half a megabyte: it takes them only when those of the others have left.
      await connection.drained()
      const since = options.sinceIn(log)
      const start = await findStart({ since, channels }, () => connection.isOpen, log).catch(
        (error: unknown) => {
          if (!(error instanceof Problem) && connection.isOpen) onError(error)
          return undefined
        },
      )
      if (start === undefined) await pause()
      else if (start.prelude === undefined || !connection.isFull) return start
    }
    return undefined
  }

  async function tell(
    log: number,
    names: readonly string[],
    found: (start: Start<Frame>) => void,
  ): Promise<void> {
    const start = await find(log, names)
    if (start !== undefined && connection.isOpen) found(start)
  }

  return {
    placeIn: (log) => {
      const since = options.sinceIn(log)
      return since.kind === 'id' ? new Cursor(since.epoch, since.position) : undefined
    },
    find: (log, names, found) => void tell(log, names, found),
  }
}
