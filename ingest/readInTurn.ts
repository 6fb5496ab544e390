import type { Turns } from '../chassis/turns.ts'
import type { Page, PageQuery, RestQuery } from '../history/types.ts'

export interface Pages {
  /** The first chunk of a page, or the next one by the `rest` of the one before. */
  page: (query: PageQuery | RestQuery) => Promise<Page>
}

/** A chunk of a page for a reader; undefined if the reader has left meanwhile. */
export type ReadChunk = (query: PageQuery | RestQuery) => Promise<Page | undefined>

/** The reader of an answer. */
interface Reader {
  /** It has left, or its answer is whole. */
  readonly closed: boolean
}

export type ReadInTurn = (reader: Reader) => ReadChunk

/** Of all together. More, and the garbage of large pages holds posts up: V8 collects it beside them. */
const BYTES_PER_MILLISECOND = 2_500
/** A page of 50 messages of the usual size is read and written in about a millisecond: posts need no rest after it. */
const USUAL_BYTES = 16_384
/** Readers of one read: they write in one turn of the event loop, and posts wait for as long. */
const MAX_READERS = 8

/**
 * A read that waits for its turn. Once it begins it holds nothing: a Map keeps for a while what was deleted, and V8 would move the
 * pages and their readers into the old space with it.
 */
interface SharedRead {
  readonly readers: Reader[]
  chunk?: Promise<Page | undefined> | undefined
}

/**
 * Reads chunks for the readers of answers, each in its turn: readers of large pages take turns with each other, and leave the event
 * loop and the database to posts in between.
 *
 * Readers that wait for the same chunk get it from one read: many come at once if a busy channel's people all come back. Nobody joins
 * a read that has begun: it may not see what was answered with 201 since.
 */
export function createReadInTurn({ page }: Pages, turns: Turns): ReadInTurn {
  const waiting = new Map<string, SharedRead>()

  function begin(
    key: string,
    query: PageQuery | RestQuery,
    reader: Reader,
  ): Promise<Page | undefined> {
    const shared: SharedRead = { readers: [reader] }
    let count = 0
    const chunk = turns.take(
      async () => {
        if (waiting.get(key) === shared) waiting.delete(key)
        const readers = shared.readers.splice(0)
        shared.chunk = undefined
        count = readers.length
        return readers.every(({ closed }) => closed) ? undefined : page(query)
      },
      (read) => turns.max * count * restAfter(bytesOf(read)),
    )
    // If there was a place, it has begun.
    if (count === 0) {
      shared.chunk = chunk
      waiting.set(key, shared)
    }
    return chunk
  }

  function join(key: string, reader: Reader): Promise<Page | undefined> | undefined {
    const { readers, chunk } = waiting.get(key) ?? {}
    if (readers === undefined || readers.length >= MAX_READERS) return undefined
    readers.push(reader)
    return chunk
  }

  return (reader) => async (query) => {
    const key = JSON.stringify(query)
    const chunk = await (join(key, reader) ?? begin(key, query, reader))
    return reader.closed ? undefined : chunk
  }
}

/** For how many milliseconds nobody may read after a chunk of so many bytes; with several places, its own stays empty for longer. */
function restAfter(bytes: number): number {
  return Math.max(0, bytes - USUAL_BYTES) / BYTES_PER_MILLISECOND
}

/** Near enough. */
function bytesOf(chunk: Page | undefined): number {
  return chunk?.entries.reduce((sum, { json }) => sum + json.length, 0) ?? 0
}
