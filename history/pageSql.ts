import { DEFAULT_TYPE } from '../contract/message.ts'
import { COLUMNS } from './fitting.ts'
import { firstAt } from './firstAt.ts'
import type { PageQuery } from './types.ts'

/** Past the end of every log. */
export const END = '9223372036854775807'

type Order = PageQuery['order']

/** What a folded page lists: messages that change no other one. The index has the same words. */
export const IS_NO_CHANGE = `("about_as" is null or "about_as" = 'reply')`

/** Along which index a page is looked for: each is in the order of positions within a channel. */
const WAYS = {
  channel: '',
  // A busy message has thousands of reactions: this index leaves changes out.
  folded: `and ${IS_NO_CHANGE}`,
  sender: 'and "sender_id" = $8::text',
  // The index leaves out the default type, and the planner must see that it may be used.
  type: `and "type" = $9::text and "type" <> '${DEFAULT_TYPE}'`,
  about: 'and "about" = $10::bigint',
}

/** What a look says beside its messages. */
const OF_LOOK = `json_strip_nulls(json_build_object('epoch', l."epoch", 'logHead', l."head", 'head', ends."head", 'low', ends."low",
  'edge', edge."edge", 'found', coalesce(page."found", 0), 'kept', coalesce(page."kept", 0), 'last', page."last"))`

const STATEMENTS = Object.fromEntries(
  Object.entries(WAYS).map(([way, condition]) => [
    way,
    { asc: statement('asc', condition), desc: statement('desc', condition) },
  ]),
)

/** More than a page's limit: of messages that may be changes. */
const SPARE = 100

/**
 * The statement for a query, and at how many messages of each channel a page looks: as many as it has if all on the way are wanted,
 * some more if most are, else all that it may. `isRest`: it must look at all that its page has looked at.
 */
export function pageSql(query: PageQuery, isRest: boolean): { sql: string; looks: number } {
  const { sender, type, about, isFolded = false, order, limit } = query
  const way = wayOf(query)
  const sql = STATEMENTS[way]?.[order] ?? ''
  const isOfChannel = way === 'channel' || way === 'folded'
  const filters = [sender, type, about].filter((filter) => filter !== undefined).length
  if (filters > (isOfChannel ? 0 : 1)) return { sql, looks: Infinity }
  if (isOfChannel || !isFolded) return { sql, looks: limit + 1 }
  return { sql, looks: isRest ? Infinity : 2 * (limit + SPARE) }
}

/** The one that leads past the fewest messages. */
function wayOf({ sender, type, about, isFolded }: PageQuery): keyof typeof WAYS {
  if (about !== undefined) return 'about'
  if (sender !== undefined) return 'sender'
  if (type !== undefined && type !== DEFAULT_TYPE) return 'type'
  return isFolded === true ? 'folded' : 'channel'
}

/**
 * It looks at $12 messages of each channel at most. If there are more in one, the page ends where the first such channel was looked
 * through to: beyond that, messages would be missing.
 *
 * The sizes beside the messages show the page's end; only the first are read. `limit 1` forces joins by the primary key.
 */
function statement(order: Order, way: string): string {
  const [first, last] = order === 'asc' ? ['min', 'max'] : ['max', 'min']
  const isOfPage = `"number" = 1 or ("number" <= $7::int and "bytes" <= $13::bigint)`
  return `
    with looked as materialized (
      select wanted."name", one.* from unnest($2::text[]) as wanted("name"), lateral (
        select "position", "data_bytes", ($8::text is null or "sender_id" = $8)
          and ($9::text is null or "type" = $9) and ($10::bigint is null or "about" = $10)
          and (not $11::boolean or ${IS_NO_CHANGE}) as "is_wanted"
        from "message"
        where "log_id" = $1::smallint and "channel" = wanted."name" ${way}
          and "position" > coalesce($3::bigint, 0) and "position" < coalesce($4::bigint, ${END})
          ${between('$5', '$6')}
        order by "position" ${order} limit $12::int
      ) one
    ), edge as (
      select ${first}("last") as "edge" from (
        select ${last}("position") as "last" from looked group by "name" having count(*) = $12::int
      ) cut
    )
    select case when coalesce(page."number", 1) = 1 then ${OF_LOOK}::text end as "look", m.*
    from "log" l cross join edge
      cross join (
        select coalesce(max("head"), 0) as "head", coalesce(max("low"), 0) as "low" from "channel"
        where "log_id" = $1::smallint and "name" = any($2::text[])
      ) ends
      left join lateral (
        select "position", "number", "bytes", count(*) over () as "found",
          count(*) filter (where ${isOfPage}) over () as "kept",
          ${last}("position") filter (where ${isOfPage}) over () as "last"
        from (
          select "position", row_number() over in_order as "number",
            sum("data_bytes") over in_order as "bytes"
          from (${candidates(order)}) candidate window in_order as (order by "position" ${order})
        ) sized
      ) page on page."number" = 1 or (page."number" <= $14::int and page."bytes" <= $15::bigint)
      left join lateral (
        select ${COLUMNS}, $11::boolean and exists (
          select from "fold" f where f."log_id" = $1::smallint and f."position" = page."position"
        ) as "has_fold"
        from "message" where "log_id" = $1::smallint and "position" = page."position" limit 1
      ) m on true
    where l."id" = $1::smallint`
}

/** From a time on, and up to another one; each may be null. */
export function between(from: string, to: string): string {
  return `
    and "position" >= case when ${from}::timestamptz is null then 0 else ${firstAt(from, END)} end
    and "position" < case when ${to}::timestamptz is null then ${END} else ${firstAt(to, END)} end`
}

/** One more than the limit shows whether there are more. */
function candidates(order: Order): string {
  const isBefore = order === 'asc' ? '<=' : '>='
  return `
    select "position", "data_bytes" from looked
    where "is_wanted" and (edge."edge" is null or "position" ${isBefore} edge."edge")
    order by "position" ${order} limit $7::int + 1`
}
