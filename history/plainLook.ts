import { columns } from './fitting.ts'
import { saidBy, type AnsweredRow, type Looked, type LookQuery, type OfLog } from './look.ts'
import { PAGE_BYTES, READ_COUNT } from './lookLimits.ts'
import { between, END, IS_NO_CHANGE } from './pageSql.ts'
import type { Pool } from './pool.ts'

/** Whether a look is at one channel, for all of its next few messages. Most are: pages of a chat, and the rests of others. */
export function isPlain(query: LookQuery): boolean {
  const { channels, sender, type, about, limit, looks } = query
  const filters = [sender, type, about].filter((filter) => filter !== undefined)
  const isOne = channels.length === 1 && filters.length === 0
  return isOne && limit <= READ_COUNT && limit < looks
}

/**
 * Sees the same as `look`, and costs Postgres half of it: all messages are of the page but one, so their sizes can be added up there
 * and compared here.
 */
export async function lookPlainly(
  pool: Pool,
  log: number,
  query: LookQuery,
): Promise<Looked | undefined> {
  const { channels, after, before, from, to, limit, order, isFolded, readBytes } = query
  const statements = STATEMENTS[isFolded === true ? 'folded' : 'all'][order]
  // One more than the limit shows whether there are more.
  const parameters = [log, ...channels, after ?? 0, before ?? END, limit + 1, readBytes]
  const times = [from, to].map((time) => time?.toISOString() ?? null)
  const answered = await (from === undefined && to === undefined
    ? pool.query<PlainRow>(statements.anytime, parameters)
    : pool.query<PlainRow>(statements.timed, [...parameters, ...times]))
  const json = saidBy(answered)
  if (json === undefined) return undefined
  const ofLog: OfLog = JSON.parse(json)
  const found = answered.filter(({ bytes }) => bytes !== null).sort(bySum)
  const fitting = (bytes: number, count: number): PlainRow[] =>
    found.slice(0, count).filter((row, at) => at === 0 || Number(row.bytes) <= bytes)
  const kept = fitting(PAGE_BYTES, limit)
  const last = kept.at(-1)
  return {
    ...ofLog,
    rows: fitting(readBytes, limit),
    found: found.length,
    kept: kept.length,
    ...(last && { last: Number(last.position) }),
  }
}

/** The sums grow along the page. */
function bySum(one: PlainRow, other: PlainRow): number {
  return Number(one.bytes) - Number(other.bytes)
}

type Order = LookQuery['order']

type Statements = Record<'anytime' | 'timed', string>

function statementsOf(condition: string, hasFold: string): Record<Order, Statements> {
  const both = (order: Order): Statements => ({
    anytime: statement(order, condition, hasFold),
    timed: statement(order, `${condition} ${between('$7', '$8')}`, hasFold),
  })
  return { asc: both('asc'), desc: both('desc') }
}

const STATEMENTS = {
  all: statementsOf('', 'false'),
  folded: statementsOf(
    `and ${IS_NO_CHANGE}`,
    `exists (select from "fold" f where f."log_id" = $1::smallint and f."position" = m."position")`,
  ),
}

/** The first message is always read. One that does not fit is not: large ones lie elsewhere, compressed. */
function statement(order: Order, condition: string, hasFold: string): string {
  const isFirst = `"bytes" = "data_bytes"`
  return `
    select case when coalesce(${isFirst}, true) then json_build_object('epoch', l."epoch", 'logHead', l."log_head",
        'head', coalesce(c."head", 0), 'low', coalesce(c."low", 0))::text end as "look",
      "bytes", ${columns(`(case when ${isFirst} or "bytes" <= $6::bigint then "data" end)`)}, ${hasFold} as "has_fold"
    from (select "epoch", "head" as "log_head" from "log" where "id" = $1::smallint) l
      left join (
        select "head", "low" from "channel" where "log_id" = $1::smallint and "name" = $2::text
      ) c on true
      left join lateral (
        select *, sum("data_bytes") over (order by "position" ${order}) as "bytes" from (
          select * from "message"
          where "log_id" = $1::smallint and "channel" = $2::text ${condition}
            and "position" > $3::bigint and "position" < $4::bigint
          order by "position" ${order} limit $5::int
        ) looked
      ) m on true`
}

interface PlainRow extends AnsweredRow {
  /** The data of all up to and with this message; null without any message. */
  bytes: string | null
}
