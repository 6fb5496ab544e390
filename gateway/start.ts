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

/**
 * What the last few messages of all channels may come to: they are sent at once, and more might be cut as waiting for a reader
 * that does not read. Older ones are in history.
 */
const PRELUDE_BYTES = 512 * 1024
/** Read at once: messages may be large. */
const PAGE_MESSAGES = 50

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
      const entries: Entry[] = []
      for (const channel of channels) {
        entries.push(...(await readLast(log, channel, position, since.count)))
        // One channel after another, and never more in memory than that of two.
        keepNewest(entries)
      }
      return {
        epoch,
        after: position,
        prelude: entries.map((entry) => renderMessage(epoch, entry)),
      }
    }
  }
}

/** The last messages of a channel, at most `count`; fewer where they are so large that they would not be sent anyway. */
async function readLast(
  log: StartLog,
  channel: string,
  head: number,
  count: number,
): Promise<Entry[]> {
  const found: Entry[] = []
  let before = head + 1
  let bytes = 0
  while (found.length < count && bytes < PRELUDE_BYTES) {
    const limit = Math.min(count - found.length, PAGE_MESSAGES)
    const { entries } = await log.page({ channel, before, limit, order: 'desc' })
    for (const entry of entries) bytes += entry.json.length
    found.push(...entries)
    before = entries.at(-1)?.position ?? 0
    if (entries.length < limit) break
  }
  return found
}

/** Sorts by position and drops the oldest that do not fit, but keeps at least one. */
function keepNewest(entries: Entry[]): void {
  entries.sort((a, b) => a.position - b.position)
  let bytes = 0
  let first = entries.length
  while (first > 0) {
    bytes += entries[first - 1]?.json.length ?? 0
    if (bytes > PRELUDE_BYTES && first < entries.length) break
    first--
  }
  entries.splice(0, first)
}
