import type { RequestHandler, Response } from 'express'
import type { RequireAccess } from '../chassis/auth/middleware.ts'
import type { Turns } from '../chassis/turns.ts'
import type { Page, PageQuery, RestQuery } from '../history/types.ts'
import { searchOf } from '../chassis/searchOf.ts'
import { parseHistoryQuery } from './historyQuery.ts'
import { linkHeader, pageLinks, type Links } from './pageLinks.ts'

export interface Pages {
  /** The first chunk of a page, or the next one by the `rest` of the one before. */
  page: (query: PageQuery | RestQuery) => Promise<Page>
}

/** More, and the garbage of large pages holds posts up: V8 collects it beside them. */
const BYTES_PER_MILLISECOND = 2_500
/** A page of 50 messages of the usual size is read and written in about a millisecond: posts need no rest after it. */
const USUAL_BYTES = 16_384

/**
 * A page is read and written chunk by chunk, each in its turn: readers of large pages take turns with each other, and leave the event
 * loop and the database to posts in between. A reader that is slow holds one chunk, and no turn.
 */
export function createGetHistory(
  { page }: Pages,
  turns: Turns,
  requireAccess: RequireAccess,
): RequestHandler {
  return async (request, response) => {
    const query = parseHistoryQuery(searchOf(request.originalUrl))
    requireAccess(request, 'read', [query.channel])
    const read = (asked: PageQuery | RestQuery): Promise<Page | undefined> =>
      // Whoever has left meanwhile is not read for.
      turns.take(
        async () => (response.closed ? undefined : page(asked)),
        (chunk) => restAfter(bytesOf(chunk)),
      )
    const first = await read(query)
    if (first === undefined) return
    const links = pageLinks(query, first)
    const link = linkHeader(links)
    if (link !== undefined) response.setHeader('Link', link)
    response.type('application/json')
    if (request.method === 'HEAD') response.end()
    else await write(response, encode(query.channel, first, links, read))
  }
}

/** The messages are spliced in as they were encoded once, so that no reader can get another text than a subscriber. */
async function* encode(
  channel: string,
  first: Page,
  links: Links,
  read: (rest: RestQuery) => Promise<Page | undefined>,
): AsyncGenerator<string> {
  yield `{"channel":${JSON.stringify(channel)},"messages":[${join(first)}`
  let { rest } = first
  while (rest !== undefined) {
    const chunk = await read(rest)
    if (chunk === undefined) return
    if (chunk.entries.length > 0) yield `,${join(chunk)}`
    rest = chunk.rest
  }
  yield `],${JSON.stringify({ head: first.head, low: first.low, ...links }).slice(1)}`
}

/** For how many milliseconds the next chunk waits after one of so many bytes, whoever reads it. */
function restAfter(bytes: number): number {
  return Math.max(0, bytes - USUAL_BYTES) / BYTES_PER_MILLISECOND
}

/** Near enough. */
function bytesOf(chunk: Page | undefined): number {
  return chunk?.entries.reduce((sum, { json }) => sum + json.length, 0) ?? 0
}

function join({ entries }: Page): string {
  return entries.map((entry) => entry.json).join(',')
}

/** The next chunk is asked for when the one before has left; none if the reader has gone. */
async function write(response: Response, chunks: AsyncGenerator<string>): Promise<void> {
  for await (const chunk of chunks) {
    if (!response.write(chunk)) await left(response)
    if (response.closed) return
  }
  response.end()
}

/** What was written has left, or its reader has. */
function left(response: Response): Promise<void> {
  return new Promise((resolve) => {
    if (response.closed) return resolve()
    const settle = (): void => {
      response.off('drain', settle).off('close', settle)
      resolve()
    }
    response.on('drain', settle).on('close', settle)
  })
}
