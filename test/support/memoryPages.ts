import type { Entry } from '../../contract/message.ts'
import type { Page, PageQuery, RestQuery } from '../../history/types.ts'

export interface MemoryMessage {
  position: number
  sentAt: string
  /** Whether the queries want it. */
  isWanted: boolean
}

/** Reads pages as history does, from a list: in chunks, and looking only at so many messages for one page. */
export function createMemoryPages(
  messages: readonly MemoryMessage[],
  { chunk, looks }: { chunk: number; looks: number },
): (query: PageQuery | RestQuery) => Page {
  const head = messages.findLast(({ isWanted }) => isWanted)?.position ?? 0
  return (query) => {
    const { after = 0, before = Infinity, order, limit } = query
    const isRest = 'readBytes' in query
    const all = messages.filter(({ position }) => position > after && position < before)
    if (order === 'desc') all.reverse()
    const seen = isRest ? all : all.slice(0, looks)
    const wanted = seen.filter(({ isWanted }) => isWanted)
    const kept = wanted.slice(0, limit)
    const shown = kept.slice(0, chunk)
    const [last, read] = [kept.at(-1)?.position, shown.at(-1)?.position]
    const isFull = wanted.length > kept.length
    const edge = all.length > seen.length ? seen.at(-1)?.position : undefined
    return {
      entries: shown.map(entryOf),
      rest:
        read === last || read === undefined
          ? undefined
          : restOf(query, read, kept.length - shown.length),
      last,
      head,
      low: 0,
      more: isFull || edge !== undefined,
      end: isFull ? last : (edge ?? last),
      epoch: 'e',
    }
  }
}

function restOf(query: PageQuery, read: number, limit: number): RestQuery {
  const bounds = query.order === 'asc' ? { after: read } : { before: read }
  return { ...query, ...bounds, limit, epoch: 'e', readBytes: 1 }
}

function entryOf({ position, sentAt }: MemoryMessage): Entry {
  const json = JSON.stringify({ position, sentAt })
  return { position, previous: 0, id: '', channel: 'a', json }
}
