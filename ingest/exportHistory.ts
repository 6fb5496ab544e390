import { setTimeout as delay } from 'node:timers/promises'
import type { Request, RequestHandler } from 'express'
import type { RequireAccess } from '../chassis/auth/middleware.ts'
import { searchOf } from '../chassis/searchOf.ts'
import type { Page, PageQuery } from '../history/types.ts'
import { parseExportQuery } from './historyQuery.ts'
import { following, type LogPart } from './logPart.ts'
import { openParts } from './logParts.ts'
import { mergeParts } from './mergeParts.ts'
import { type AskedQuery, inOneLog, inSeveralLogs, onlyLogOf } from './askedQuery.ts'
import type { ReadChunk, ReadInTurn } from './readInTurn.ts'
import { writeChunks } from './writeChunks.ts'

export const NDJSON = 'application/x-ndjson'

export interface ExportOptions {
  readInTurn: ReadInTurn
  requireAccess: RequireAccess
  logOf: (channel: string) => number
  /** See Pay. */
  pay: (request: Request, bytes: number) => number
}

/** A reader got so many bytes: for how many milliseconds it must wait for more. */
type Pay = (bytes: number) => number

/** Messages of one page: as many as a page may have. */
const PAGE_LENGTH = 1_000

/**
 * All messages of a range, one a line, up to the head that the channels have at the start. Of every size: only one chunk is in memory.
 * A failure breaks the connection, so that nobody takes a part for the whole; `after` the last line goes on.
 */
export function createExportHistory(options: ExportOptions): RequestHandler {
  const { readInTurn, requireAccess, pay, logOf } = options
  return async (request, response) => {
    const range = parseExportQuery(searchOf(request.originalUrl))
    const asked: AskedQuery = { ...range, limit: PAGE_LENGTH, order: 'asc' }
    const readTurn = readInTurn(response)
    // It may last for an hour, and grants change.
    const read: ReadChunk = (query) => {
      requireAccess(request, 'read', asked.channels)
      return readTurn(query)
    }
    const chunks = await openChunks(asked, logOf, read, (bytes) => pay(request, bytes))
    if (chunks === undefined) return
    response.type(NDJSON)
    if (request.method === 'HEAD') response.end()
    else await writeChunks(response, chunks)
  }
}

/** The lines, in order, in parts; the first is read already. Undefined if the reader has left. */
async function openChunks(
  asked: AskedQuery,
  logOf: (channel: string) => number,
  read: ReadChunk,
  pay: Pay,
): Promise<AsyncGenerator<string> | undefined> {
  const log = onlyLogOf(asked.channels, logOf)
  if (log === undefined) {
    const parts = await openParts(inSeveralLogs(asked, logOf), read, true)
    return parts && mergedLines(parts, pay)
  }
  const query = inOneLog(asked, log)
  const first = await read(query)
  return first && lines(query, first, read, pay)
}

/** By time: each log has an order of its own. */
async function* mergedLines(parts: readonly LogPart[], pay: Pay): AsyncGenerator<string> {
  let pause = 0
  for await (const run of mergeParts(parts, { order: 'asc', limit: Infinity })) {
    if (pause >= 1) await delay(pause, undefined, { ref: false })
    const text = run.map((json) => `${json}\n`).join('')
    pause = pay(Buffer.byteLength(text))
    yield text
  }
}

async function* lines(
  query: PageQuery,
  first: Page,
  read: ReadChunk,
  pay: Pay,
): AsyncGenerator<string> {
  let page: Page | undefined = first
  for (let chunk: Page | undefined = first; chunk !== undefined && page !== undefined;) {
    const text = chunk.entries.map(({ json }) => `${json}\n`).join('')
    const pause = pay(Buffer.byteLength(text))
    if (text !== '') yield text
    if (chunk.rest === undefined && !page.more) return
    if (pause >= 1) await delay(pause, undefined, { ref: false })
    if (chunk.rest !== undefined) chunk = await read(chunk.rest)
    else page = chunk = await read(following(query, first, page))
  }
}

/** Exports are asked for by their media type. Nothing else in a request tells them from pages. */
export function byAccept(pages: RequestHandler, exports: RequestHandler): RequestHandler {
  return (request, response, next) => {
    response.vary('Accept')
    const isExport = request.accepts(['application/json', NDJSON]) === NDJSON
    return (isExport ? exports : pages)(request, response, next)
  }
}
