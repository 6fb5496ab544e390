import type { LayoutFile } from '../chassis/layoutFile.ts'
import { withConnection } from './connection.ts'

/**
 * Tells a database its layout, and creates those of the logs `ids` that it does not have yet; returns their numbers. Rejects if the
 * database was told another layout before: its channels would belong to other logs.
 */
export function createLogs(
  databaseUrl: string,
  { logs, rules }: LayoutFile,
  ids: readonly number[],
): Promise<number[]> {
  const numbers = logs.map(({ id }) => id).sort((one, other) => one - other)
  const layout = [
    listOf(numbers),
    JSON.stringify(rules.map(({ pattern }) => expressionOf(pattern))),
    listOf(rules.map(({ log }) => log)),
  ]
  return withConnection(databaseUrl, async (query) => {
    const [known] = await query<{ same: boolean }>(LAYOUT, layout)
    if (known?.same !== true) throw new Error(OTHER_LAYOUT)
    const rows = await query<{ id: number }>(CREATE, [listOf(ids)])
    await query(LIMITS, [listOf(ids)])
    return rows.map(({ id }) => id)
  })
}

const OTHER_LAYOUT =
  'The database was set up with other logs or rules. They are chosen once: channels that moved to another log would lose what they have.'

/** A pattern for the names of channels, as the database reads it. Names hold nothing that means something there but dots. */
function expressionOf(pattern: string): string {
  const segments = pattern
    .split('.')
    .map((segment) => (segment === '**' ? '.+' : segment === '*' ? '[^.]+' : segment))
  return `^${segments.join('\\.')}$`
}

function listOf(numbers: readonly number[]): string {
  return `{${numbers.join(',')}}`
}

const LAYOUT = `
  with told as (
    select $1::integer[] as "logs",
      array(select jsonb_array_elements_text($2::jsonb)) as "patterns", $3::integer[] as "pattern_logs"
  ), new as (
    insert into "layout" ("logs", "patterns", "pattern_logs") select * from told on conflict do nothing returning 1
  )
  select exists (select from new) or exists (
    select from "layout" l, told t where (l."logs", l."patterns", l."pattern_logs") = (t."logs", t."patterns", t."pattern_logs")
  ) as "same"`

const CREATE = `
  insert into "log" ("id", "epoch")
  select "id", substr(md5(gen_random_uuid()::text), 1, 8) from unnest($1::smallint[]) as "id" order by "id"
  on conflict ("id") do nothing returning "id"`

/** Until an ingest tells its own. */
const LIMITS = `
  insert into "outbox_limit" select "id", 65000 from unnest($1::smallint[]) as "id" on conflict do nothing`
