import type { AccessChanges, AccessRow } from '../contract/access.ts'
import { readActions } from '../contract/grants.ts'
import type { Pool } from './pool.ts'

/** At most `limit` changes of grants and revocations after a number, in order. */
export async function readAccessChanges(
  pool: Pool,
  after: number,
  limit: number,
): Promise<AccessChanges> {
  const rows = await pool.query<ChangeRow>(CHANGES, [after, limit])
  return {
    head: Number(rows[0]?.head ?? 0),
    changes: rows.flatMap((row) =>
      row.number === null ? [] : [{ ...toAccessRow(row), number: Number(row.number) }],
    ),
  }
}

function toAccessRow({ kind, subject, pattern, actions, notBefore, until }: ChangeRow): AccessRow {
  if (kind === 'revocation') {
    return { kind, subject, notBefore: milliseconds(notBefore), until: milliseconds(until) }
  }
  return { kind, subject, pattern, actions: readActions(actions) }
}

/** Null: no end. */
function milliseconds(seconds: string | number | null): number {
  return seconds === null ? Infinity : Number(seconds) * 1_000
}

const CHANGES = `
  select h."head", a."number", a."kind", a."subject", a."pattern", a."actions",
    extract(epoch from a."not_before")::text as "notBefore", extract(epoch from a."until")::text as "until"
  from "access_head" h
    left join lateral (
      select * from "access" where "number" > $1::bigint order by "number" limit $2::integer
    ) a on true`

interface ChangeRow {
  head: string
  number: string | null
  kind: AccessRow['kind']
  subject: string
  pattern: string
  actions: string
  notBefore: string | null
  until: string | null
}
