import type { RequestHandler } from 'express'
import type { ReadableBy, RequireAccess } from '../chassis/auth/middleware.ts'
import { searchOf } from '../chassis/searchOf.ts'
import type { Turns } from '../chassis/turns.ts'
import type { Found, SearchQuery } from '../history/searchTypes.ts'
import { parseSearchParameters, searchUrl } from './searchParameters.ts'
import { scopeOf } from './searchScope.ts'

export interface Searches {
  search: (query: SearchQuery) => Promise<Found>
}

interface SearchOptions {
  log: Searches
  turns: Turns
  requireAccess: RequireAccess
  readableBy: ReadableBy
}

/** Messages by their words: on the channels that the query names, or on all that the request may read. */
export function createSearchHistory({
  log,
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
    const found = await turns.take(async () =>
      response.closed ? undefined : log.search({ ...query, ...scope }),
    )
    if (found === undefined) return
    if (request.identity?.by !== 'cookie') response.setHeader('Cache-Control', 'private, no-cache')
    const next = found.next === undefined ? null : searchUrl(parameters, found.next)
    if (next !== null) response.setHeader('Link', `<${next}>; rel="next"`)
    const hits = found.hits.filter(({ entry }) => readable.allows(entry.channel))
    response.type('application/json').send(encode({ ...found, hits }, next))
  }
}

/** The messages are spliced in as they are, so that nobody gets another text than a subscriber. */
function encode({ hits, head, after, upTo }: Found, next: string | null): string {
  const messages = hits.map(({ entry, highlight, rank }) => {
    const more = JSON.stringify({ highlight, rank }).slice(1)
    return `${entry.json.slice(0, -1)},${more}`
  })
  const rest = JSON.stringify({ head, searched: { after, upTo }, next }).slice(1)
  return `{"messages":[${messages.join(',')}],${rest}`
}

/** A query with `q` searches; every other one reads a page. */
export function byQuery(search: RequestHandler, pages: RequestHandler): RequestHandler {
  return (request, response, next) => {
    const isSearch = new URLSearchParams(searchOf(request.originalUrl)).has('q')
    return (isSearch ? search : pages)(request, response, next)
  }
}
