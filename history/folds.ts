import { dataStart } from '../contract/about.ts'
import type { Entry } from '../contract/message.ts'
import type { Pool } from './pool.ts'

/** What later messages changed about one, as history shows it; each member only if there is something to show. */
interface Fold {
  /** The newest edit, with its data as JSON text. */
  edit: { position: number; sentAt: string; data: string } | undefined
  /** In the order in which they came. */
  reactions: { name: string; count: number; senders: string[] }[]
  replies: { count: number; last: number } | undefined
}

/** The people shown with each reaction. */
const MAX_SENDERS = 20

/**
 * Messages as history shows them: with the newest data, and with what is about them. One query for all of them. It is newer than
 * the messages, and may show changes from after the page's head; the stream brings those too, and they fold to the same.
 */
export async function foldEntries(
  pool: Pool,
  log: number,
  entries: readonly Entry[],
): Promise<Entry[]> {
  if (entries.length === 0) return []
  const positions = entries.map(({ position }) => String(position))
  const rows = await pool.query<FoldRow>(FOLDS, [log, positions])
  const folds = new Map(rows.map((row) => [Number(row.position), toFold(row)]))
  return entries.map((entry) => {
    const fold = folds.get(entry.position)
    return fold === undefined ? entry : { ...entry, json: foldJson(entry.json, fold) }
  })
}

/** The encoding with the newest data, and the rest of the fold behind its last member. */
export function foldJson(json: string, { edit, reactions, replies }: Fold): string {
  const start = dataStart(json)
  const end = json.lastIndexOf(',"sentAt":')
  const data = edit?.data ?? json.slice(start, end)
  const members = {
    ...(edit && { edited: { position: edit.position, sentAt: edit.sentAt } }),
    ...(reactions.length > 0 && { reactions }),
    ...(replies && { replies }),
  }
  const more = JSON.stringify(members).slice(1, -1)
  return `${json.slice(0, start)}${data}${json.slice(end, -1)}${more && `,${more}`}}`
}

function toFold(row: FoldRow): Fold {
  const { edit, edited_at: editedAt, data, replies, last_reply: last } = row
  return {
    edit:
      edit === null || data === null || editedAt === null
        ? undefined
        : { position: Number(edit), sentAt: new Date(editedAt).toISOString(), data },
    reactions: toReactions(row.reactions),
    replies: last === null ? undefined : { count: Number(replies), last: Number(last) },
  }
}

function toReactions(json: string | null): Fold['reactions'] {
  const reactions: Fold['reactions'] = JSON.parse(json ?? '[]')
  return reactions
}

/** By primary keys only. */
const FOLDS = `
  select f."position", f."replies", f."last_reply", e."position" as "edit", e."sent_at" as "edited_at",
    e."data"::text as "data", r."reactions"::text as "reactions"
  from "fold" f
    left join lateral (
      select * from "message"
      where "log_id" = $1::smallint and "position" = f."edits"[cardinality(f."edits")] and not "deleted" limit 1
    ) e on true
    left join lateral (
      select json_agg(json_build_object('name', one."name", 'count', one."count", 'senders', one."senders")
        order by one."first") as "reactions"
      from (
        select each."key" as "name", each."value"::bigint as "count", first."senders", first."first"
        from jsonb_each_text(f."reactions") each
          cross join lateral (
            select json_agg("sender_id" order by "position") as "senders", min("position") as "first" from (
              select "sender_id", "position" from "reaction"
              where "log_id" = $1::smallint and "about" = f."position" and "name" = each."key"
              order by "position" limit ${MAX_SENDERS}
            ) earliest
          ) first
      ) one
    ) r on true
  where f."log_id" = $1::smallint and f."position" = any($2::bigint[])`

interface FoldRow {
  position: string
  edit: string | null
  edited_at: string | null
  data: string | null
  replies: string
  last_reply: string | null
  /** JSON. */
  reactions: string | null
}
