import type { RequestHandler } from 'express'
import type { ReadableBy } from '../chassis/auth/middleware.ts'
import { searchOf } from '../chassis/searchOf.ts'
import type { Turns } from '../chassis/turns.ts'
import { rangesOf } from '../contract/nameRanges.ts'
import { Query } from '../contract/query.ts'
import type { ChannelNames, ChannelNamesQuery, MessagesAt } from '../history/types.ts'

export interface ChannelList {
  channelNames: (query: ChannelNamesQuery) => Promise<ChannelNames>
  messagesAt: (positions: readonly number[]) => Promise<MessagesAt>
}

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 100
/** Names that one page looks at. */
const MAX_LOOKS = 1_000
/** Comparisons of a name and a pattern: some ten milliseconds of the only core. */
const MAX_COMPARISONS = 20_000

/**
 * The channels that a request may read, by their names, with the last message of each. Work is bounded, whatever the grants: a page that
 * has looked at its share ends, also without any channel, and `next` goes on.
 */
export function createGetChannels(
  log: ChannelList,
  turns: Turns,
  readableBy: ReadableBy,
): RequestHandler {
  return async (request, response) => {
    const { prefix, after, limit } = parseQuery(searchOf(request.originalUrl))
    const { patterns, principal, allows } = readableBy(request)
    const ranges = rangesOf(patterns, principal, { prefix, after })
    const wild = patterns.filter((pattern) => pattern.includes('*')).length
    const looks = Math.min(MAX_LOOKS, Math.ceil(MAX_COMPARISONS / Math.max(1, wild)))
    const found = await turns.take(() => log.channelNames({ ranges, after, looks }))
    const readable = found.channels.filter(({ name }) => allows(name))
    const some = readable.slice(0, limit)
    const lasts = await turns.take(() => log.messagesAt(some.map(({ head }) => head)))
    const shown = some.slice(0, lasts.length)
    const end = shown.length < readable.length ? shown.at(-1)?.name : found.end
    const items = shown.map((channel, at) => {
      return `${JSON.stringify(channel).slice(0, -1)},"last":${lasts[at]?.json ?? 'null'}}`
    })
    const next = end === undefined ? null : nextUrl({ prefix, after: end, limit })
    const body = `{"channels":[${items.join(',')}],"next":${JSON.stringify(next)}}`
    response.type('application/json').send(body)
  }
}

function parseQuery(search: string): { prefix: string; after: string; limit: number } {
  const query = new Query(search, ['prefix', 'after', 'limit'])
  const parsed = {
    prefix: query.one('prefix', parsePrefix, 'the beginning of a channel') ?? '',
    after: query.one('after', parseAfter, 'what next has') ?? '',
    limit: query.one('limit', parseLimit, `1 to ${MAX_LIMIT}`) ?? DEFAULT_LIMIT,
  }
  query.check()
  return parsed
}

function parsePrefix(text: string): string | undefined {
  return /^[A-Za-z0-9_.-]{0,128}$/.test(text) ? text : undefined
}

/** A name, or the end of a range of names. */
function parseAfter(text: string): string | undefined {
  return /^[A-Za-z0-9_.-]{0,129}[~!]?$/.test(text) ? text : undefined
}

function parseLimit(text: string): number | undefined {
  return /^[1-9][0-9]{0,2}$/.test(text) && Number(text) <= MAX_LIMIT ? Number(text) : undefined
}

function nextUrl({ prefix, after, limit }: ReturnType<typeof parseQuery>): string {
  const search = new URLSearchParams({ prefix, after, limit: String(limit) })
  return `/channels?${search.toString()}`
}
