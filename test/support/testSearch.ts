import { SearchIndex } from '../../history/searchIndex.ts'
import { parseSearchWords } from '../../history/searchWords.ts'
import type { LogReader } from '../../history/logReader.ts'
import type { Found, SearchQuery } from '../../history/types.ts'
import type { Opened } from './disposables.ts'

/** Puts all messages of a database's log 0 into its search, whenever it is called. */
export function openIndex(databaseUrl: string, opened: Opened): () => Promise<void> {
  const index = new SearchIndex({ databaseUrl, logId: 0, onError: () => {} })
  opened.add(() => index.close())
  return async () => {
    while (await index.step()) continue
  }
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
