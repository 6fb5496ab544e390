import type { Request, Response } from 'express'
import type { SubjectOf } from '../chassis/limits/httpLimit.ts'
import { subjectKey } from '../chassis/limits/limit.ts'
import type { Page, PageQuery } from '../history/types.ts'
import type { HeadWatcher } from './headWatcher.ts'
import type { HeadWatchers } from './headWatchers.ts'
import { openParts } from './logParts.ts'
import type { ReadChunk } from './readInTurn.ts'

/**
 * Waits until a query has messages, its time is over, its reader leaves or this process drains. Answers after which position the page
 * begins: all messages up to there are known not to match. And the page's first chunk, if it has been read to know that.
 */
export type WaitForMessages = (
  request: Request,
  response: Response,
  query: PageQuery & { wait: number },
  read: ReadChunk,
) => Promise<{ after: number; first?: Page | undefined }>

export function createWaitForMessages(
  watcher: Pick<HeadWatcher, 'wait'>,
  subjectOf: SubjectOf,
): WaitForMessages {
  return (request, response, { wait, ...query }, read) =>
    whileSilent(request, response, wait, async ({ milliseconds, left }) => {
      for (let { after = 0 } = query; ;) {
        const head = await watcher.wait({
          who: subjectKey(subjectOf(request)),
          channels: query.channels,
          after,
          milliseconds: milliseconds(),
          left,
        })
        if (head === undefined || !isFiltered(query)) return { after }
        const first = await read({ ...query, after })
        if (first === undefined || first.entries.length > 0 || first.more) return { after, first }
        after = first.head
      }
    })
}

/** Waits in several logs at once, and answers the queries with what is known of each. */
export type WaitInSeveral = (
  request: Request,
  response: Response,
  waiting: { queries: ReadonlyMap<number, PageQuery>; wait: number },
  read: ReadChunk,
) => Promise<ReadonlyMap<number, PageQuery>>

export function createWaitInSeveral(
  watcher: Pick<HeadWatchers, 'waitForAny'>,
  subjectOf: SubjectOf,
): WaitInSeveral {
  return (request, response, { queries, wait }, read) =>
    whileSilent(request, response, wait, async ({ milliseconds, left }) => {
      for (let asked = queries; ;) {
        const isMoved = await watcher.waitForAny(
          [...asked.values()].map(({ channels, after = 0 }) => ({
            who: subjectKey(subjectOf(request)),
            channels,
            after,
            milliseconds: milliseconds(),
            left,
          })),
        )
        if (!isMoved) return asked
        const parts = await openParts(asked, read)
        if (parts === undefined || parts.some((part) => part.next !== undefined || part.isCut)) {
          return asked
        }
        asked = new Map(
          parts.map(({ log, query, first }) => [log, { ...query, after: first.head }]),
        )
      }
    })
}

/** Runs a wait for so many seconds. `left` aborts when its reader leaves. */
async function whileSilent<T>(
  { socket }: Request,
  response: Response,
  seconds: number,
  run: (wait: { milliseconds: () => number; left: AbortSignal }) => Promise<T>,
): Promise<T> {
  const { timeout = 0 } = socket
  const endsAt = performance.now() + seconds * 1_000
  const leaving = new AbortController()
  response.once('close', () => leaving.abort())
  // A connection on which nothing happens would be closed.
  socket.setTimeout(0)
  try {
    return await run({ milliseconds: () => endsAt - performance.now(), left: leaving.signal })
  } finally {
    socket.setTimeout(timeout)
  }
}

/** Whether a message on its channels may not match. */
function isFiltered({ sender, type, about, isFolded }: PageQuery): boolean {
  return isFolded === true || [sender, type, about].some((filter) => filter !== undefined)
}
