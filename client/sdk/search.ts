import type { Causeway } from './causeway.ts'
import { type HistoryQuery, queryOf } from './history.ts'
import { pages } from './pages.ts'
import { isSearchPage } from './typeGuards.ts'
import type { SearchPage } from '../../contract/history.ts'

/** Words to look for. Without a channel, in all channels that the caller may read. */
export interface SearchQuery extends Omit<HistoryQuery, 'channel' | 'about' | 'changes' | 'order'> {
  /** Words, `"phrases"`, `-without`, `or`, `beginning*`. */
  q: string
  channel?: string | readonly string[] | undefined
  /** Newest first by default; `rank`: best first. */
  order?: 'time' | 'rank' | undefined
}

export type Hit = SearchPage['messages'][number]

/** One page of hits. It may have none: only if `next` is null there are no more. */
export function searchPage(
  causeway: Causeway,
  query: SearchQuery,
  signal?: AbortSignal,
): Promise<SearchPage> {
  return causeway.get(`history?${queryOf(query).toString()}`, isSearchPage, signal)
}

/** All hits, from as many pages as are needed. */
export async function* search(
  causeway: Causeway,
  query: SearchQuery,
  signal?: AbortSignal,
): AsyncGenerator<Hit, void, undefined> {
  for await (const page of pages(causeway, 'history', queryOf(query), isSearchPage, signal)) {
    yield* page.messages
  }
}
