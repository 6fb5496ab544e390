import type { RequestHandler } from 'express'
import type { Page, PageQuery } from '../history/types.ts'
import { parseHistoryQuery } from './historyQuery.ts'
import { linkHeader, pageLinks, type Links } from './links.ts'

export interface Pages {
  page: (query: PageQuery) => Promise<Page>
}

export function createGetHistory({ page }: Pages): RequestHandler {
  return async (request, response) => {
    const query = parseHistoryQuery(searchOf(request.originalUrl))
    const found = await page(query)
    const links = pageLinks(query, found)
    const link = linkHeader(links)
    if (link !== undefined) response.setHeader('Link', link)
    response.type('application/json').send(encode(query.channel, found, links))
  }
}

/** Everything after the first "?"; not by `new URL`, which throws on targets such as "//". */
function searchOf(target: string): string {
  const at = target.indexOf('?')
  return at < 0 ? '' : target.slice(at + 1)
}

/** The messages are spliced in as they were encoded once, so that no reader can get another text than a subscriber. */
function encode(channel: string, { entries, head }: Page, links: Links): string {
  const rest = JSON.stringify({ head, ...links }).slice(1)
  const messages = entries.map((entry) => entry.json).join(',')
  return `{"channel":${JSON.stringify(channel)},"messages":[${messages}],${rest}`
}
