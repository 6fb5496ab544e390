import type { RequestHandler } from 'express'
import type { ReadableBy, RequireAccess } from '../chassis/auth/middleware.ts'
import { searchOf } from '../chassis/searchOf.ts'
import type { Turns } from '../chassis/turns.ts'
import type { Found, SearchQuery } from '../history/searchTypes.ts'
import { hitsInOneLog, hitsInSeveralLogs, type SearchGoesOn } from './searchHits.ts'
import { parseSearchParameters, searchUrl, type SearchParameters } from './searchParameters.ts'
import { type Searches, searchLogs } from './searchLogs.ts'
import { scopeOf } from './searchScope.ts'

interface SearchOptions {
  /** All, by number. */
  logs: ReadonlyMap<number, Searches>
  logOf: (channel: string) => number
  turns: Turns
  requireAccess: RequireAccess
  readableBy: ReadableBy
}

/** Messages by their words: on the channels that the query names, or on all that the request may read. */
export function createSearchHistory({
  logs,
  logOf,
  turns,
  requireAccess,
  readableBy,
}: SearchOptions): RequestHandler {
  return async (request, response) => {
    const parameters = parseSearchParameters(searchOf(request.originalUrl))
    const { channels, q: _q, ...query } = parameters
    if (channels !== undefined) requireAccess(request, 'read', channels)
    const readable = readableBy(request)
    // The name of a channel is a pattern too.
    const scope = scopeOf(channels ?? readable.patterns, readable.principal)
    const searched = channels === undefined ? logs : only(logs, new Set(channels.map(logOf)))
    const found = await turns.take(async () =>
      response.closed ? undefined : searchIn(searched, { ...query, ...scope }),
    )
    if (found === undefined) return
    if (request.identity?.by !== 'cookie') response.setHeader('Cache-Control', 'private, no-cache')
    const next = found.next === undefined ? null : searchUrl(parameters, found.next)
    if (next !== null) response.setHeader('Link', `<${next}>; rel="next"`)
    const hits = found.hits.filter(({ entry }) => readable.allows(entry.channel))
    response.type('application/json').send(encode(hits, { ...found.bounds, next }))
  }
}

function only(
  logs: ReadonlyMap<number, Searches>,
  wanted: ReadonlySet<number>,
): ReadonlyMap<number, Searches> {
  return new Map([...logs].filter(([log]) => wanted.has(log)))
}

interface Answer {
  hits: Found['hits']
  next: SearchGoesOn | undefined
  bounds: { head: number; searched?: { after: number; upTo: number } }
}

/** Several logs have no common positions: then there are no bounds to tell. */
async function searchIn(
  logs: ReadonlyMap<number, Searches>,
  query: Omit<SearchParameters, 'q' | 'channels'> & Pick<SearchQuery, 'ranges' | 'channelPattern'>,
): Promise<Answer> {
  const [first, ...others] = logs
  if (first === undefined || others.length > 0) {
    const found = await searchLogs(logs, hitsInSeveralLogs(query, [...logs.keys()]))
    return { ...found, bounds: { head: 0 } }
  }
  const [id, log] = first
  const { hits, next, head, after, upTo } = await log.search(hitsInOneLog(query, id))
  return { hits, next, bounds: { head, searched: { after, upTo } } }
}

/** The messages are spliced in as they are, so that nobody gets another text than a subscriber. */
function encode(hits: Found['hits'], more: Answer['bounds'] & { next: string | null }): string {
  const messages = hits.map(({ entry, highlight, rank }) => {
    const own = JSON.stringify({ highlight, rank }).slice(1)
    return `${entry.json.slice(0, -1)},${own}`
  })
  return `{"messages":[${messages.join(',')}],${JSON.stringify(more).slice(1)}`
}

/** A query with `q` searches; every other one reads a page. */
export function byQuery(search: RequestHandler, pages: RequestHandler): RequestHandler {
  return (request, response, next) => {
    const isSearch = new URLSearchParams(searchOf(request.originalUrl)).has('q')
    return (isSearch ? search : pages)(request, response, next)
  }
}
