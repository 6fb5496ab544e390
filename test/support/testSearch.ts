import { parseSearchWords } from '../../history/searchWords.ts'
import type { LogReader } from '../../history/logReader.ts'
import type { Found, SearchQuery } from '../../history/searchTypes.ts'

/** Puts all messages of a log into its search. */
export async function indexAll(log: Pick<LogReader, 'indexSome'>): Promise<void> {
  while (await log.indexSome()) continue
}

/** A page of a search, by default the newest messages of all channels. */
export function look(
  log: Pick<LogReader, 'search'>,
  q: string,
  query: Partial<SearchQuery> = {},
): Promise<Found> {
  return log.search({ words: parseSearchWords(q), limit: 20, order: 'time', ...query })
}

/** The positions of all messages that a search leads to, page by page. */
export async function lookAll(
  log: Pick<LogReader, 'search'>,
  q: string,
  query: Partial<SearchQuery> = {},
): Promise<number[]> {
  const positions: number[] = []
  for (let at = query; ;) {
    const { hits, next } = await look(log, q, at)
    positions.push(...hits.map(({ entry }) => entry.position))
    if (next === undefined) return positions
    at = { ...query, ...next }
  }
}
