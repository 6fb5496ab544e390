import type { Request, RequestHandler, Response } from 'express'
import type { RequireAccess } from '../chassis/auth/middleware.ts'
import type { Turns } from '../chassis/turns.ts'
import type { Page, PageQuery } from '../history/types.ts'
import { searchOf } from '../chassis/searchOf.ts'
import { parseHistoryQuery } from './historyQuery.ts'
import { linkHeader, pageLinks, type Links } from './pageLinks.ts'
import { type Pages, type ReadChunk, readInTurn } from './readInTurn.ts'
import type { WaitForMessages } from './waitForMessages.ts'
import { writeChunks } from './writeChunks.ts'

export interface HistoryOptions {
  pages: Pages
  turns: Turns
  requireAccess: RequireAccess
  /** Limits how many answers are open at once. */
  limitOpen: (handler: RequestHandler) => RequestHandler
  waitForMessages: WaitForMessages
}

/** A page is read and written chunk by chunk. A reader that is slow holds one chunk, and no turn; one that waits holds nothing. */
export function createGetHistory(options: HistoryOptions): RequestHandler {
  const { pages, turns, requireAccess, limitOpen, waitForMessages } = options
  return async (request, response, next) => {
    const { wait, ...query } = parseHistoryQuery(searchOf(request.originalUrl))
    requireAccess(request, 'read', query.channels)
    const read = readInTurn(pages, turns, response)
    let first: Page | undefined
    if (wait > 0) {
      ;({ after: query.after, first } = await waitForMessages(
        request,
        response,
        { ...query, wait },
        read,
      ))
      if (response.closed) return
      requireAccess(request, 'read', query.channels)
    }
    const answer = limitOpen(async () => {
      first ??= await read(query)
      if (first !== undefined) await answerPage(request, response, { query, first, read })
    })
    return answer(request, response, next)
  }
}

async function answerPage(
  request: Request,
  response: Response,
  { query, first, read }: { query: PageQuery; first: Page; read: ReadChunk },
): Promise<void> {
  const links = pageLinks(query, first)
  const link = linkHeader(links)
  if (link !== undefined) response.setHeader('Link', link)
  const tag = tagOf(first)
  response.setHeader('ETag', tag)
  // A program may keep what it read. Of what a browser's cookie opened, nothing stays on the browser's disk.
  if (request.identity?.by !== 'cookie') response.setHeader('Cache-Control', 'private, no-cache')
  if (isKnown(tag, request)) return void response.status(304).end()
  response.type('application/json')
  if (request.method === 'HEAD') response.end()
  else await writeChunks(response, encode(query.channels, first, links, read))
}

/**
 * What a page says changes only with the head of its channels: also a change of an old message is a new message. And with what has been
 * removed, or another epoch.
 */
function tagOf({ epoch, head, low }: Page): string {
  return `"${epoch}-${head}-${low}"`
}

/** A proxy that compresses makes the tag a weak one. Express' own check would also obey the no-cache that `fetch` sends along. */
function isKnown(tag: string, request: Request): boolean {
  const known = request.get('If-None-Match')?.split(',') ?? []
  return known.some((each) => ['*', tag].includes(each.trim().replace('W/', '')))
}

/** The messages are spliced in as they were encoded once, so that no reader can get another text than a subscriber. */
async function* encode(
  channels: readonly string[],
  first: Page,
  links: Links,
  read: ReadChunk,
): AsyncGenerator<string> {
  const [channel, ...others] = channels
  const named = others.length === 0 ? { channel } : { channels }
  yield `${JSON.stringify(named).slice(0, -1)},"messages":[${join(first)}`
  let { rest } = first
  while (rest !== undefined) {
    const chunk = await read(rest)
    if (chunk === undefined) return
    if (chunk.entries.length > 0) yield `,${join(chunk)}`
    rest = chunk.rest
  }
  yield `],${JSON.stringify({ head: first.head, low: first.low, ...links }).slice(1)}`
}

function join({ entries }: Page): string {
  return entries.map((entry) => entry.json).join(',')
}
