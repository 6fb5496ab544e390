import type { Request, RequestHandler, Response } from 'express'
import type { Page, PageQuery } from '../history/types.ts'
import { searchOf } from '../chassis/searchOf.ts'
import type { HistoryOptions } from './historyOptions.ts'
import { parseHistoryQuery } from './historyQuery.ts'
import { createMergedHistory } from './mergedHistory.ts'
import { beginPage } from './pageAnswer.ts'
import { linkHeader, pageLinks, type Links } from './pageLinks.ts'
import { inOneLog, onlyLogOf } from './askedQuery.ts'
import type { ReadChunk } from './readInTurn.ts'
import { writeChunks } from './writeChunks.ts'

/** A page is read and written chunk by chunk. A reader that is slow holds one chunk, and no turn; one that waits holds nothing. */
export function createGetHistory(options: HistoryOptions): RequestHandler {
  const { readInTurn, requireAccess, limitOpen, waitForMessages, logOf } = options
  const createMerged = createMergedHistory(options)
  return async (request, response, next) => {
    const asked = parseHistoryQuery(searchOf(request.originalUrl))
    requireAccess(request, 'read', asked.channels)
    const log = onlyLogOf(asked.channels, logOf)
    if (log === undefined) return createMerged(asked)(request, response, next)
    const { wait, ...query } = inOneLog(asked, log)
    const read = readInTurn(response)
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
  if (!beginPage(request, response, tagOf(first))) return
  await writeChunks(response, encode(query.channels, first, links, read))
}

/**
 * What a page says changes only with the head of its channels: also a change of an old message is a new message. And with what has been
 * removed, or another epoch.
 */
function tagOf({ epoch, head, low }: Page): string {
  return `"${epoch}-${head}-${low}"`
}

/** The messages are spliced in as they were encoded once, so that no reader can get another text than a subscriber. */
async function* encode(
  channels: readonly string[],
  first: Page,
  links: Links,
  read: ReadChunk,
): AsyncGenerator<string, string | undefined> {
  const [channel, ...others] = channels
  const named = others.length === 0 ? { channel } : { channels }
  let text = `${JSON.stringify(named).slice(0, -1)},"messages":[${join(first)}`
  let { rest } = first
  while (rest !== undefined) {
    yield text
    const chunk = await read(rest)
    if (chunk === undefined) return undefined
    text = chunk.entries.length > 0 ? `,${join(chunk)}` : ''
    rest = chunk.rest
  }
  return `${text}],${JSON.stringify({ head: first.head, low: first.low, ...links }).slice(1)}`
}

function join({ entries }: Page): string {
  return entries.map((entry) => entry.json).join(',')
}
