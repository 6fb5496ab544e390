import type { Found, Hit, SearchNext, SearchQuery } from '../history/searchTypes.ts'
import type { LogPositions } from './logPositions.ts'
import { sentAtOf } from './logPart.ts'

export interface Searches {
  search: (query: SearchQuery) => Promise<Found>
}

/** A search over several logs: its bounds are positions in each, and it goes on in each log by a hit of that log. */
export interface LogsQuery extends Omit<SearchQuery, 'before' | 'after' | 'below'> {
  before?: LogPositions | undefined
  after?: LogPositions | undefined
  below?: ReadonlyMap<number, Hit> | undefined
}

export interface LogsFound {
  hits: Found['hits']
  /** Undefined: there are no more. */
  next: { before: LogPositions; below: ReadonlyMap<number, Hit> } | undefined
}

/** What one log found. */
interface Part {
  log: number
  found: Found
  /** When each of its hits was sent. */
  times: string[]
  asked: Pick<SearchQuery, 'before' | 'below'>
  taken: number
}

/** Where a log is done: below this there is no message. */
const DONE = 0

/**
 * A page of hits of several logs, newest or best first. It ends early if a log that has looked at its share has no more hits to show: it
 * might have one that comes before those of the others.
 */
export async function searchLogs(
  logs: ReadonlyMap<number, Searches>,
  { before, after, below, ...query }: LogsQuery,
): Promise<LogsFound> {
  const going = [...logs].filter(([log]) => before?.get(log) !== DONE)
  const parts = await Promise.all(
    going.map(async ([log, searches]): Promise<Part> => {
      const asked = { before: before?.get(log), below: below?.get(log) }
      const found = await searches.search({ ...query, ...asked, after: after?.get(log) })
      return { log, found, times: found.hits.map(({ entry }) => sentAtOf(entry)), asked, taken: 0 }
    }),
  )
  const hits: Found['hits'] = []
  while (hits.length < query.limit && !parts.some(mayHaveBetter)) {
    const best = bestOf(parts)
    const hit = best && nextOf(best)
    if (best === undefined || hit === undefined) break
    hits.push(hit)
    best.taken++
  }
  return { hits, next: nextOfAll(parts, [...logs.keys()], query.order) }
}

function nextOf({ found, taken }: Part): Found['hits'][number] | undefined {
  return found.hits[taken]
}

function mayHaveBetter(part: Part): boolean {
  return nextOf(part) === undefined && part.found.next !== undefined
}

/** By rank if they have ranks, and then by time; of those of one time the log with the lowest number. */
function bestOf(parts: readonly Part[]): Part | undefined {
  const left = parts.filter((part) => nextOf(part) !== undefined)
  return left.sort((one, other) => {
    const byRank = (nextOf(other)?.rank ?? 0) - (nextOf(one)?.rank ?? 0)
    return byRank || compare(timeOf(other), timeOf(one)) || one.log - other.log
  })[0]
}

function timeOf({ times, taken }: Part): string {
  return times[taken] ?? ''
}

function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1
}

function nextOfAll(
  parts: readonly Part[],
  logs: readonly number[],
  order: SearchQuery['order'],
): LogsFound['next'] {
  const next = new Map(parts.map((part) => [part.log, goesOn(part, order)]))
  if ([...next.values()].every((one) => one === undefined)) return undefined
  const below = [...next].flatMap(([log, one]): [number, Hit][] =>
    one?.below === undefined ? [] : [[log, one.below]],
  )
  return {
    before: new Map(logs.map((log) => [log, next.get(log)?.before ?? DONE])),
    below: new Map(below),
  }
}

/** Where a log goes on behind what was taken of it; undefined if there is no more. */
function goesOn(
  { found, asked, taken }: Part,
  order: SearchQuery['order'],
): SearchNext | undefined {
  if (taken === found.hits.length) return found.next
  const last = found.hits[taken - 1]
  // Messages that come meanwhile are on no page.
  const top = Math.min(asked.before ?? Infinity, found.upTo + 1)
  if (order === 'time') return { before: last?.entry.position ?? top, below: undefined }
  const hit = last && { position: last.entry.position, rank: last.rank }
  return { before: top, below: hit ?? asked.below }
}
