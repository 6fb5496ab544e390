import type { RequestHandler } from 'express'
import type { PageQuery } from '../history/types.ts'
import type { HistoryOptions } from './historyOptions.ts'
import type { HistoryQuery } from './historyQuery.ts'
import type { LogPart } from './logPart.ts'
import { openParts } from './logParts.ts'
import { formatAsked, formatPositions } from './logPositions.ts'
import { mergedLinks } from './mergedLinks.ts'
import { mergeParts } from './mergeParts.ts'
import { beginPage } from './pageAnswer.ts'
import { historyUrl } from './pageLinks.ts'
import { type AskedQuery, inSeveralLogs } from './askedQuery.ts'
import { writeChunks } from './writeChunks.ts'

/** A page of channels of several logs: by time, because nothing else orders messages of different logs. */
export function createMergedHistory({
  readInTurn,
  requireAccess,
  limitOpen,
  waitInSeveral,
  logOf,
}: HistoryOptions): (query: HistoryQuery) => RequestHandler {
  return ({ wait, ...asked }) =>
    async (request, response, next) => {
      const read = readInTurn(response)
      let queries: ReadonlyMap<number, PageQuery> = inSeveralLogs(asked, logOf)
      if (wait > 0) {
        queries = await waitInSeveral(request, response, { queries, wait }, read)
        if (response.closed) return
        requireAccess(request, 'read', asked.channels)
      }
      const answer = limitOpen(async () => {
        const parts = await openParts(queries, read)
        if (parts === undefined || !beginPage(request, response, tagOf(parts))) return
        await writeChunks(response, encode(asked, parts))
      })
      return answer(request, response, next)
    }
}

function tagOf(parts: readonly LogPart[]): string {
  return `"${parts.map(({ first: { epoch, head, low } }) => `${epoch}-${head}-${low}`).join('_')}"`
}

/** Where the page ends is known after its messages: so it has links in its text, and none in its headers. */
async function* encode(asked: AskedQuery, parts: readonly LogPart[]): AsyncGenerator<string> {
  yield `${JSON.stringify({ channels: asked.channels }).slice(0, -1)},"messages":[`
  let comma = ''
  for await (const run of mergeParts(parts, asked)) {
    yield comma + run.join(',')
    comma = ','
  }
  const { order } = asked
  const { next, prev } = mergedLinks(parts, order)
  const [on, back] =
    order === 'asc' ? (['after', 'before'] as const) : (['before', 'after'] as const)
  const query = { ...asked, before: formatAsked(asked.before), after: formatAsked(asked.after) }
  const links = {
    next: next === undefined ? null : historyUrl({ ...query, [on]: next }),
    prev:
      prev === undefined
        ? null
        : historyUrl({
            ...query,
            order: order === 'asc' ? 'desc' : 'asc',
            [on]: undefined,
            [back]: prev,
          }),
  }
  const heads = formatPositions(new Map(parts.map(({ log, first }) => [log, first.head])))
  yield `],${JSON.stringify({ head: 0, low: 0, heads, ...links }).slice(1)}`
}
