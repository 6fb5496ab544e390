import type { Hit, SearchNext, SearchQuery } from './searchTypes.ts'

/** Hits that are ranked together: the newest. */
export const RANKED = 1_000

/** What a look at the index found: newest first, and one more than is wanted if there is one. */
interface Candidates {
  positions: readonly number[]
  /** Of each; null by time. */
  ranks: readonly (number | null)[]
  /** It has looked only down to this position. */
  stopped: number | undefined
  upTo: number
}

interface Chosen {
  hits: Hit[]
  /** Where the search goes on behind so many of them. */
  rest: (shown: number) => SearchNext | undefined
}

/**
 * The hits of a page. By rank, pages go through the newest thousand hits, and then through the next thousand. Those of one thousand are
 * all below the same position, so that new messages do not move them.
 */
export function choose(
  {
    limit,
    order,
    below,
    before = Infinity,
  }: Pick<SearchQuery, 'limit' | 'order' | 'below' | 'before'>,
  { positions, ranks, stopped, upTo }: Candidates,
): Chosen {
  const isRanked = order === 'rank'
  const size = isRanked ? RANKED : limit
  const found = positions.slice(0, size).map((position, at): Hit => ({
    position,
    rank: ranks[at] ?? undefined,
  }))
  const oldest = found.at(-1)?.position
  const end = positions.length > size && oldest !== undefined ? oldest : stopped
  if (isRanked) found.sort(byRank)
  const left = below === undefined ? found : found.filter((hit) => byRank(below, hit) < 0)
  const hits = left.slice(0, limit)
  const top = Math.min(before, upTo + 1)
  const rest = (shown: number): SearchNext | undefined => {
    const last = hits[shown - 1]
    if (last === undefined || shown === left.length) {
      return end === undefined ? undefined : { before: end, below: undefined }
    }
    return isRanked ? { before: top, below: last } : { before: last.position, below: undefined }
  }
  return { hits, rest }
}

/** Best first, and then newest first. */
function byRank(one: Hit, other: Hit): number {
  return (other.rank ?? 0) - (one.rank ?? 0) || other.position - one.position
}
