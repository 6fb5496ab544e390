import type { NameRange } from '../contract/nameRanges.ts'
import { Problem } from '../contract/problem.ts'
import { isTooMuch } from './databaseError.ts'
import { firstAt } from './firstAt.ts'
import { foldEntries } from './folds.ts'
import { highlight } from './highlight.ts'
import { readMessagesAt } from './messagesAt.ts'
import type { Pool } from './pool.ts'
import { choose, RANKED } from './searchPage.ts'
import { prefixesOf, quoted, toQuery } from './searchWords.ts'
import type { Found, SearchQuery } from './searchTypes.ts'

/** For the data of a page: the server goes through the whole text of each to highlight it. */
const MAX_BYTES = 262_144
/** Past the end of every log. */
const END = '9223372036854775807'

/**
 * A page of messages in which some words are found. It looks at a bounded number of them, and so may have fewer than there are, or none;
 * `next` then goes on.
 */
export async function search(pool: Pool, log: number, query: SearchQuery): Promise<Found> {
  try {
    return await searchOnce(pool, log, query)
  } catch (error) {
    if (!isTooMuch(error)) throw error
    throw new Problem('unavailable', TOO_LONG, { cause: error })
  }
}

const TOO_LONG =
  'The search took too long. Search for fewer words, on channels that you name, or after a time.'

async function searchOnce(pool: Pool, log: number, query: SearchQuery): Promise<Found> {
  const { words, after = 0, before, from, to, limit, order } = query
  const exact = toQuery(words)
  const weak = toQuery(words, await frequentPrefixes(pool, log, prefixesOf(words)))
  const times = [from, to].map((time) => time?.toISOString() ?? null)
  const isRanked = order === 'rank'
  // One more than wanted shows whether there are more.
  const count = (isRanked ? RANKED : limit) + 1
  const what = [exact, weak, keysOf(query), ...manyOf(query), query.channelPattern ?? null]
  const bounds = [after, before ?? END, ...times, count]
  const [row] = await pool.query<SearchRow>(SEARCH, [log, ...what, ...bounds, String(isRanked)])
  if (row === undefined || row.head === null) {
    throw new Problem('unavailable', `Log ${log} does not exist.`)
  }
  const upTo = Number(row.up_to)
  const { hits, rest } = choose(query, {
    positions: row.positions.map(Number),
    ranks: row.ranks,
    stopped: row.stopped === null ? undefined : Number(row.stopped),
    upTo,
  })
  const positions = hits.map(({ position }) => position)
  const read = await readMessagesAt(pool, log, { positions, maxBytes: MAX_BYTES, editedUpTo: upTo })
  const folded = await foldEntries(
    pool,
    log,
    read.filter((entry) => entry !== undefined),
  )
  const parts = await highlight(pool, { language: row.language, exact, entries: folded })
  const ranks = new Map(hits.map(({ position, rank }) => [position, rank]))
  return {
    hits: folded.map((entry, at) => ({
      entry,
      highlight: parts[at] ?? [],
      rank: ranks.get(entry.position),
    })),
    head: Number(row.head),
    after: Number(row.after),
    upTo,
    next: rest(read.length),
  }
}

/** Beginnings of words that at least one in a hundred of the newest messages has. */
async function frequentPrefixes(
  pool: Pool,
  log: number,
  prefixes: readonly string[],
): Promise<Set<string>> {
  if (prefixes.length === 0) return new Set()
  const rows = await pool.query<{ prefix: string }>(FREQUENT, [log, prefixes])
  return new Set(rows.map(({ prefix }) => prefix))
}

/** For more ranges of names, the index takes longer than a look at the rows. */
const FEW = 32

/** The keys that all hits have; the migration says what these are. */
function keysOf({ ranges, sender, type }: SearchQuery): string {
  const all = [
    ranges === undefined || !areKeys(ranges) ? undefined : placesOf(ranges),
    sender === undefined ? undefined : [`s${sender}`],
    type === undefined ? undefined : [`t${type}`],
  ]
  return all
    .filter((keys) => keys !== undefined)
    .map((keys) => `(${keys.map((key) => quoted(`\u0001${key}`)).join(' | ')})`)
    .join(' & ')
}

/** Whether each is one channel, or all channels below one: what lies between others has no key. */
function areKeys(ranges: readonly NameRange[]): boolean {
  return (
    ranges.length <= FEW && ranges.every(({ from, to }) => to === `${from}!` || from.endsWith('.'))
  )
}

/** No channel has an empty name. */
function placesOf(ranges: readonly NameRange[]): string[] {
  return ranges.length === 0 ? ['c'] : ranges.map(({ from }) => `c${from}`)
}

/** The bounds of the ranges, if they are not among the keys. */
function manyOf({ ranges = [] }: SearchQuery): (string[] | null)[] {
  if (areKeys(ranges)) return [null, null]
  return [ranges.map(({ from }) => from), ranges.map(({ to }) => to)]
}

const SEARCH = `
  select s.* from search_messages($1::smallint, $2::text, $3::text, $4::text, $5::text[], $6::text[], $7::text,
    greatest($8::bigint, case when $10::timestamptz is null then 0 else ${firstAt('$10', END)} - 1 end),
    least($9::bigint, case when $11::timestamptz is null then ${END} else ${firstAt('$11', END)} end),
    $12::int, $13::boolean) s`

const FREQUENT = `
  select p."prefix" from "search_state" s, unnest($2::text[]) as p("prefix"), lateral (
    select count(*) as "all",
      count(*) filter (where m."words" @@ to_tsquery(s."language"::regconfig, p."prefix")) as "hits"
    from (
      select "words" from "search" where "log_id" = $1::smallint order by "position" desc limit 500
    ) m
  ) c where s."log_id" = $1::smallint and c."hits" > 0 and 100 * c."hits" >= c."all"`

interface SearchRow {
  /** Null if there is no such log. */
  head: string | null
  language: string
  after: string
  up_to: string
  positions: string[]
  ranks: (number | null)[]
  stopped: string | null
}
