import { Problem } from '../contract/problem.ts'
import { isTooMuch } from './databaseError.ts'
import { foldEntries } from './folds.ts'
import { look, type LookQuery } from './look.ts'
import { LOOKS, READ_BYTES } from './lookLimits.ts'
import { isPlain, lookPlainly } from './plainLook.ts'
import type { Pool } from './pool.ts'
import type { Snapshot } from './replica.ts'
import { toEntries } from './row.ts'
import type { Page, PageQuery, RestQuery } from './types.ts'

/** A read that took too long is tried with an eighth, and with an eighth of that, but never with less than one message. */
const LEAST_READ_BYTES = READ_BYTES / 64
const SMALLER = 8

/**
 * The first chunk of a page of some channels, and how to read on. Their head, the page's end and the first chunk come from
 * one statement, and so from one snapshot. So a stream opened after that head continues the page without a seam. Later chunks lie
 * between two positions, and nothing changes there. Times are first turned into positions. That is exact, because a message is
 * never older than the one before it.
 *
 * What a folded page says about edits, reactions and replies is newer than the page: the same as that of any later page.
 */
export async function readPage(
  pool: Pool,
  log: number,
  query: PageQuery | RestQuery,
): Promise<Snapshot<Page>> {
  const isRest = 'readBytes' in query
  let readBytes = isRest ? query.readBytes : READ_BYTES
  for (;;) {
    // A rest lies in what its page has looked at already, so it must not look at less.
    const looks = isRest ? LOOKS : (LOOKS * readBytes) / READ_BYTES
    try {
      return await readChunk(pool, log, { ...query, isRest, looks, readBytes })
    } catch (error) {
      if (!isTooMuch(error) || readBytes <= LEAST_READ_BYTES) throw error
      readBytes /= SMALLER
    }
  }
}

async function readChunk(pool: Pool, log: number, query: LookQuery): Promise<Snapshot<Page>> {
  const looked = await (isPlain(query) ? lookPlainly : look)(pool, log, query)
  if (looked === undefined) throw new Problem('unavailable', `Log ${log} does not exist.`)
  const { epoch, head, low, found, kept, edge, last } = looked
  if (query.epoch !== undefined && query.epoch !== epoch) {
    throw new Problem('unavailable', 'The log has another epoch now.')
  }
  const entries = toEntries(looked.rows, query.order)
  // Most pages have no message that anything is about: then one query is enough.
  const hasFolds = looked.rows.some(({ has_fold: hasFold }) => hasFold === true)
  const shown = hasFolds ? await foldEntries(pool, log, entries) : entries
  const isFull = found > kept
  const answer = {
    entries: shown,
    rest: restOf(query, epoch, {
      read: entries.at(-1)?.position,
      last,
      limit: kept - entries.length,
    }),
    last,
    head,
    low,
    more: isFull || edge !== undefined,
    end: isFull ? last : (edge ?? last),
    epoch,
  }
  return { answer, epoch, position: looked.logHead }
}

function restOf(
  { channels, sender, type, about, isFolded, order, readBytes }: PageQuery & { readBytes: number },
  epoch: string,
  { read, last, limit }: { read: number | undefined; last: number | undefined; limit: number },
): RestQuery | undefined {
  if (read === undefined || last === undefined || read === last) return undefined
  const [after, before] = order === 'asc' ? [read, last + 1] : [last - 1, read]
  return { channels, sender, type, about, isFolded, order, after, before, limit, epoch, readBytes }
}
