import type { Response } from 'express'
import type { Turns } from '../chassis/turns.ts'
import type { Page, PageQuery, RestQuery } from '../history/types.ts'

export interface Pages {
  /** The first chunk of a page, or the next one by the `rest` of the one before. */
  page: (query: PageQuery | RestQuery) => Promise<Page>
}

/** A chunk of a page for a reader; undefined if the reader has left meanwhile. */
export type ReadChunk = (query: PageQuery | RestQuery) => Promise<Page | undefined>

/** Of all together. More, and the garbage of large pages holds posts up: V8 collects it beside them. */
const BYTES_PER_MILLISECOND = 2_500
/** A page of 50 messages of the usual size is read and written in about a millisecond: posts need no rest after it. */
const USUAL_BYTES = 16_384

/**
 * Reads chunks for the reader of an answer, each in its turn: readers of large pages take turns with each other, and leave the event
 * loop and the database to posts in between.
 */
export function readInTurn({ page }: Pages, turns: Turns, response: Response): ReadChunk {
  return (query) =>
    turns.take(
      async () => (response.closed ? undefined : page(query)),
      (chunk) => turns.max * restAfter(bytesOf(chunk)),
    )
}

/** For how many milliseconds nobody may read after a chunk of so many bytes; with several places, its own stays empty for longer. */
function restAfter(bytes: number): number {
  return Math.max(0, bytes - USUAL_BYTES) / BYTES_PER_MILLISECOND
}

/** Near enough. */
function bytesOf(chunk: Page | undefined): number {
  return chunk?.entries.reduce((sum, { json }) => sum + json.length, 0) ?? 0
}
