import { z } from 'zod'
import { channelParameter } from '../chassis/channelParameter.ts'
import { MAX_CHANNELS, TOO_MANY_CHANNELS, word } from '../chassis/description/parameters.ts'
import { reading, wholeNumber } from '../chassis/description/reading.ts'
import { queryReader } from '../chassis/queryReader.ts'
import { parseSearchWords } from '../history/searchWords.ts'
import type { SearchQuery } from '../history/searchTypes.ts'
import { ExportParameters } from './historyQuery.ts'
import { formatAsked, type AskedPosition } from './logPositions.ts'
import { formatHits, type Hits, HITS, parseHits, type SearchGoesOn } from './searchHits.ts'

const DEFAULT_LIMIT = 20
/** Each hit is a text that the database goes through to highlight it. */
const MAX_LIMIT = 100
/** The database compares every message that it looks at with each of them. */
const MAX_LENGTH = 500
const MAX_TERMS = 32

export const SearchParameters = ExportParameters.omit({ about: true, changes: true }).extend({
  q: z
    .string()
    .max(MAX_LENGTH, `at most ${MAX_LENGTH} characters`)
    .describe(
      'Search these words: `crane`, `"red crane"`, `cra*`, `-crane`, `crane or kite`. In all that you may read, or in the named channels',
    ),
  channel: z.array(z.string()).max(MAX_CHANNELS, TOO_MANY_CHANNELS),
  limit: wholeNumber(1, MAX_LIMIT).default(DEFAULT_LIMIT),
  order: word('time', 'rank').default('time'),
  below: reading(parseHits, 'what next has')
    .meta({ type: 'string', pattern: HITS.source })
    .optional()
    .describe('With `order=rank`: only hits below this one. It is in `next`'),
})

/** A search as it was asked for: `channels` are those that it names, undefined if it names none. */
export interface SearchParameters extends Omit<
  SearchQuery,
  'ranges' | 'channelPattern' | 'before' | 'after' | 'below'
> {
  q: string
  before?: AskedPosition | undefined
  after?: AskedPosition | undefined
  below?: Hits | undefined
  channels: string[] | undefined
}

/** Reads the query of `GET /history` with `q`. Throws `invalid-parameter` or `invalid-channel`. */
export function parseSearchParameters(search: string): SearchParameters {
  const { channel, ...query } = readSearch(search)
  const named = [...new Set(channel)].map(channelParameter)
  const channels = named.length === 0 ? undefined : named
  return { ...query, words: parseSearchWords(query.q), channels }
}

/** Beyond what a description of the API can say. */
const Search = SearchParameters.superRefine(({ q, order, below }, context) => {
  const mistake = (name: string, message: string): void => {
    context.addIssue({ code: 'custom', path: [name], message })
  }
  const terms = parseSearchWords(q).flat().length
  if (terms === 0) mistake('q', 'expected a word')
  if (terms > MAX_TERMS) mistake('q', `at most ${MAX_TERMS} words and phrases`)
  if (below !== undefined && order !== 'rank') mistake('below', 'only with order=rank')
})

const readSearch = queryReader(Search)

/** The address of the same search from another place on. */
export function searchUrl(parameters: SearchParameters, next: SearchGoesOn): string {
  const { q, channels = [], sender, type, after, from, to, limit, order } = parameters
  const { before, below } = next
  const all: [string, string | number | undefined][] = [
    ['q', q],
    ...channels.map((channel): [string, string] => ['channel', channel]),
    ['sender', sender],
    ['type', type],
    ['before', formatAsked(before)],
    ['after', formatAsked(after)],
    ['from', from?.toISOString()],
    ['to', to?.toISOString()],
    ['limit', limit],
    ['order', order],
    ['below', formatHits(below)],
  ]
  const search = new URLSearchParams()
  for (const [name, value] of all) if (value !== undefined) search.append(name, String(value))
  return `/history?${search.toString()}`
}
