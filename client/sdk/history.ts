import type { Causeway } from './causeway.ts'
import { pages } from './pages.ts'
import { channelQuery } from './source.ts'
import { isHistoryPage, isMessage } from './typeGuards.ts'
import type { HistoryPage } from '../../contract/history.ts'
import type { Message } from '../../contract/message.ts'

/** What people read of a log, as `GET /history` takes it. Positions are exclusive, `from` is inclusive, `to` is not. */
export interface HistoryQuery {
  /** Up to 100. */
  channel: string | readonly string[]
  /** Only messages of the sender with this id. */
  sender?: string | undefined
  type?: string | undefined
  /** Only messages about the one at this position. */
  about?: number | undefined
  before?: number | undefined
  after?: number | undefined
  /** RFC 3339. */
  from?: string | undefined
  to?: string | undefined
  /** Whether edits, deletions and reactions are listed too, each as a stream delivered it. */
  changes?: boolean | undefined
  /** Messages of a page: 50 by default, 1,000 at most. */
  limit?: number | undefined
  /** Newest first by default. */
  order?: 'asc' | 'desc' | undefined
}

/** A message as history shows it: with its newest data, and with what others did to it. */
export interface ShownMessage extends Message {
  /** The edit that brought the data. */
  edited?: { position: number; sentAt: string }
  /** Of each name how many people, and the ids of the first 20. */
  reactions?: readonly Reaction[]
  /** How many replies, and the position of the last. */
  replies?: { count: number; last: number }
}

export interface Reaction {
  name: string
  count: number
  senders: readonly string[]
}

export interface ShownPage extends HistoryPage {
  messages: ShownMessage[]
}

/** One page. It may have fewer messages than `limit`: only if `next` is null there are no more. */
export function historyPage(
  causeway: Causeway,
  query: HistoryQuery,
  signal?: AbortSignal,
): Promise<ShownPage> {
  return causeway.get(`history?${queryOf(query).toString()}`, isHistoryPage, signal)
}

/** All pages, one after the other as they are asked for. */
export function historyPages(
  causeway: Causeway,
  query: HistoryQuery,
  signal?: AbortSignal,
): AsyncGenerator<ShownPage, void, undefined> {
  return pages(causeway, 'history', queryOf(query), isHistoryPage, signal)
}

/** All messages, from as many pages as are needed. */
export async function* history(
  causeway: Causeway,
  query: HistoryQuery,
  signal?: AbortSignal,
): AsyncGenerator<ShownMessage, void, undefined> {
  for await (const page of historyPages(causeway, query, signal)) yield* page.messages
}

/** One message. */
export function messageAt(
  causeway: Causeway,
  channel: string,
  position: number,
  signal?: AbortSignal,
): Promise<ShownMessage> {
  const path = `channels/${encodeURIComponent(channel)}/messages/${position}`
  return causeway.get(path, isMessage, signal)
}

type QueryParameters = Omit<HistoryQuery, 'channel' | 'order'> & {
  channel?: HistoryQuery['channel'] | undefined
  order?: string | undefined
  q?: string
}

/** The parameters of a query. Members that are undefined are left out. */
export function queryOf({ channel, ...rest }: QueryParameters): URLSearchParams {
  const query = channelQuery(typeof channel === 'string' ? [channel] : (channel ?? []))
  for (const [name, value] of Object.entries(rest)) {
    if (value !== undefined) query.set(name, String(value))
  }
  return query
}
