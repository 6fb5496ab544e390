import type { Entry } from '../contract/message.ts'
import type { Since } from './eventsQuery.ts'
import { renderMessage, type Frame } from './frame.ts'
import type { Start } from './subscriber.ts'

/** What finding a starting point needs of the log; see History. */
export interface StartLog {
  head: () => Promise<{ epoch: string; position: number }>
  positionBefore: (time: Date) => Promise<number>
  page: (query: {
    channel: string
    before: number
    limit: number
    order: 'desc'
  }) => Promise<{ entries: Entry[] }>
}

/** Turns what a reader asked for into a position. Throws `unavailable` where the log has to be asked and is away. */
export async function findStart(
  since: Since,
  channels: readonly string[],
  log: StartLog,
): Promise<Start<Frame>> {
  switch (since.kind) {
    case 'now':
      return {}
    case 'id':
      return { epoch: since.epoch, after: since.position }
    case 'position':
      return { after: since.position }
    case 'time':
      return { after: await log.positionBefore(since.time) }
    case 'last': {
      // The head first: what comes while the pages are read is above it, and goes the ordinary way.
      const { epoch, position } = await log.head()
      const pages = await Promise.all(
        channels.map((channel) =>
          log.page({ channel, before: position + 1, limit: since.count, order: 'desc' }),
        ),
      )
      const entries = pages.flatMap((page) => page.entries).sort((a, b) => a.position - b.position)
      return {
        epoch,
        after: position,
        prelude: entries.map((entry) => renderMessage(epoch, entry)),
      }
    }
  }
}
