import { channelParameter } from '../chassis/channelParameter.ts'
import { parsePosition } from '../contract/position.ts'
import { Query } from '../contract/query.ts'
import { parseTime } from '../contract/time.ts'
import { parseSearchWords } from '../history/searchWords.ts'
import type { Hit, SearchNext, SearchQuery } from '../history/types.ts'
import { MAX_CHANNELS, parseSenderId, parseType, TIME } from './historyQuery.ts'

const DEFAULT_LIMIT = 20
/** Each hit is a text that the database goes through to highlight it. */
const MAX_LIMIT = 100
/** The database compares every message that it looks at with each of them. */
const MAX_LENGTH = 500
const MAX_TERMS = 32

const NAMES = 'q channel sender type before after from to limit order below'.split(' ')

/** A search as it was asked for: `channels` are those that it names, undefined if it names none. */
export interface SearchParameters extends Omit<SearchQuery, 'ranges' | 'channelPattern'> {
  q: string
  channels: string[] | undefined
}

/** Reads the query of `GET /history` with `q`. Throws `invalid-parameter` or `invalid-channel`. */
export function parseSearchParameters(search: string): SearchParameters {
  const query = new Query(search, NAMES, ['channel'])
  const q = query.one('q', parseText, `at most ${MAX_LENGTH} characters`) ?? ''
  const words = parseSearchWords(q)
  const terms = words.flat().length
  if (terms === 0) query.mistake('q', 'expected a word')
  if (terms > MAX_TERMS) query.mistake('q', `at most ${MAX_TERMS} words and phrases`)
  const range = {
    sender: query.one('sender', parseSenderId, 'the id of a sender'),
    type: query.one('type', parseType, 'a type'),
    before: query.one('before', parsePosition, 'a position'),
    after: query.one('after', parsePosition, 'a position'),
    from: query.one('from', parseTime, TIME),
    to: query.one('to', parseTime, TIME),
    limit: query.one('limit', parseLimit, `1 to ${MAX_LIMIT}`) ?? DEFAULT_LIMIT,
    order: query.one('order', parseOrder, 'time or rank') ?? 'time',
    below: query.one('below', parseHit, 'what next has'),
  }
  const named = [...new Set(query.all('channel'))]
  if (named.length > MAX_CHANNELS) query.mistake('channel', `at most ${MAX_CHANNELS} channels`)
  if (range.below !== undefined && range.order !== 'rank')
    query.mistake('below', 'only with order=rank')
  query.check()
  const channels = named.length === 0 ? undefined : named.map(channelParameter)
  return { q, words, channels, ...range }
}

/** The address of the same search from another place on. */
export function searchUrl(parameters: SearchParameters, next: SearchNext): string {
  const { q, channels = [], sender, type, after, from, to, limit, order } = parameters
  const { before, below } = next
  const all: [string, string | number | undefined][] = [
    ['q', q],
    ...channels.map((channel): [string, string] => ['channel', channel]),
    ['sender', sender],
    ['type', type],
    ['before', before],
    ['after', after],
    ['from', from?.toISOString()],
    ['to', to?.toISOString()],
    ['limit', limit],
    ['order', order],
    ['below', below && `${below.rank}_${below.position}`],
  ]
  const search = new URLSearchParams()
  for (const [name, value] of all) if (value !== undefined) search.append(name, String(value))
  return `/history?${search.toString()}`
}

function parseText(text: string): string | undefined {
  return text.length <= MAX_LENGTH ? text : undefined
}

function parseLimit(text: string): number | undefined {
  return /^[1-9][0-9]{0,2}$/.test(text) && Number(text) <= MAX_LIMIT ? Number(text) : undefined
}

function parseOrder(text: string): 'time' | 'rank' | undefined {
  return text === 'time' || text === 'rank' ? text : undefined
}

function parseHit(text: string): Hit | undefined {
  const [, rank, at = ''] = /^(\d{1,3}(?:\.\d{1,20})?(?:e-\d{1,2})?)_(\d+)$/.exec(text) ?? []
  const position = parsePosition(at)
  return rank === undefined || position === undefined ? undefined : { rank: Number(rank), position }
}
