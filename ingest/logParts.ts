import type { PageQuery } from '../history/types.ts'
import { LogPart } from './logPart.ts'
import type { ReadChunk } from './readInTurn.ts'

/** Begins to read in several logs, each with its query; undefined if the reader has left. Rejects if one of them cannot be read. */
export async function openParts(
  queries: ReadonlyMap<number, PageQuery>,
  read: ReadChunk,
  isEndless = false,
): Promise<LogPart[] | undefined> {
  const parts = await Promise.all(
    [...queries].map(async ([log, query]) => {
      const first = await read(query)
      return first && new LogPart(log, { query, first, read, isEndless })
    }),
  )
  const opened = parts.filter((part) => part !== undefined)
  return opened.length === parts.length ? opened : undefined
}
