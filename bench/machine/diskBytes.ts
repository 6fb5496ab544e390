import { PrismaPg } from '@prisma/adapter-pg'

/** Bytes of the partitions of messages on the disk, divided by the messages: the table, its indexes, and what search has of them. */
export async function bytesPerMessage(databaseUrl: string): Promise<Record<string, number>> {
  const adapter = await new PrismaPg({ connectionString: databaseUrl, max: 1 }).connect()
  try {
    const { rows } = await adapter.underlyingDriver().query<{ part: string; bytes: number }>(SQL)
    return Object.fromEntries(rows.map(({ part, bytes }) => [part, bytes]))
  } finally {
    await adapter.dispose()
  }
}

const SQL = `
  with "message_table" as (
    select "inhrelid" as "oid" from pg_inherits where "inhparent" = 'message'::regclass
  ), "part" as (
    select 'table' as "part", pg_table_size("oid") as "bytes" from "message_table"
    union all
    select 'index ' || (select string_agg(a."attname", ', ' order by a."attnum") from pg_attribute a
      where a."attrelid" = i."indexrelid"), pg_relation_size(i."indexrelid")
    from pg_index i join "message_table" t on t."oid" = i."indrelid"
    union all
    select 'search', pg_table_size('search')
    union all
    select 'search, indexes', pg_indexes_size('search')
  )
  select "part", (sum("bytes") / (select greatest(sum("count"), 1) from "channel"))::float8 as "bytes"
  from "part" group by "part" order by 2 desc`
