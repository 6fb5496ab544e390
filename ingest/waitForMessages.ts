import type { Request, Response } from 'express'
import type { SubjectOf } from '../chassis/limits/httpLimit.ts'
import { subjectKey } from '../chassis/limits/limit.ts'
import type { Page } from '../history/types.ts'
import type { HeadWatcher } from './headWatcher.ts'
import type { HistoryQuery } from './historyQuery.ts'
import type { ReadChunk } from './readInTurn.ts'

/**
 * Waits until a query has messages, its time is over, its reader leaves or this process drains. Answers after which position the page
 * begins: all messages up to there are known not to match. And the page's first chunk, if it has been read to know that.
 */
export type WaitForMessages = (
  request: Request,
  response: Response,
  query: HistoryQuery,
  read: ReadChunk,
) => Promise<{ after: number; first?: Page | undefined }>

export function createWaitForMessages(
  watcher: Pick<HeadWatcher, 'wait'>,
  subjectOf: SubjectOf,
): WaitForMessages {
  return async (request, response, { wait, ...query }, read) => {
    const { socket } = request
    const { timeout = 0 } = socket
    const endsAt = performance.now() + wait * 1_000
    const leaving = new AbortController()
    response.once('close', () => leaving.abort())
    // A connection on which nothing happens would be closed.
    socket.setTimeout(0)
    try {
      for (let { after = 0 } = query; ;) {
        const head = await watcher.wait({
          who: subjectKey(subjectOf(request)),
          channels: query.channels,
          after,
          milliseconds: endsAt - performance.now(),
          left: leaving.signal,
        })
        if (head === undefined || !isFiltered(query)) return { after }
        const first = await read({ ...query, after })
        if (first === undefined || first.entries.length > 0 || first.more) return { after, first }
        after = first.head
      }
    } finally {
      socket.setTimeout(timeout)
    }
  }
}

/** Whether a message on its channels may not match. */
function isFiltered({ sender, type, about, isFolded }: Omit<HistoryQuery, 'wait'>): boolean {
  return isFolded === true || [sender, type, about].some((filter) => filter !== undefined)
}
