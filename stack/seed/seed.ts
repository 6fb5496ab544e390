import { PrismaPg } from '@prisma/adapter-pg'
import { makeTexts } from './texts.ts'

export interface SeedOptions {
  databaseUrl: string
  /** The log is filled up to this number. */
  messages: number
  channels: number
  /** Since when the messages were sent, if the log is empty. */
  days: number
  /** Called after each batch, with the messages that the log has. */
  onProgress: (head: number) => void
}

export const TEXTS = 5_000
/** A second's work. The log's lock is held as long, and a batch that is broken off leaves nothing. */
const BATCH = 50_000

const KINDS = ['sensors', 'rooms', 'orders']

/** The name of the n-th largest channel, from 1. */
export function seededChannel(n: number): string {
  return `${KINDS[n % KINDS.length]}.${n}`
}

/** Writes messages into log 0 by the database itself, which is as fast as COPY: past ingest, but under the log's lock as an append. */
export async function seed(options: SeedOptions): Promise<void> {
  const { databaseUrl, messages, channels, days, onProgress } = options
  const adapter = await new PrismaPg({ connectionString: databaseUrl, max: 1 }).connect()
  const client = await adapter.underlyingDriver().connect()
  try {
    await client.query('create temporary table "seed_text" ("number" serial, "text" text)')
    await client.query('insert into "seed_text" ("text") select unnest($1::text[])', [
      makeTexts(TEXTS),
    ])
    for (let isDone = false; !isDone;) {
      await client.query('begin')
      const { rows } = await client.query('select "head"::int from "log" where "id" = 0 for update')
      const head = Number(rows[0]?.head)
      const count = Math.min(BATCH, messages - head)
      isDone = count <= 0
      if (!isDone) {
        await client.query('select add_partitions(0::smallint, $1, $2)', [head + 1, head + count])
        await client.query(STEP, [count, messages - head, channels, days, TEXTS])
      }
      await client.query('commit')
      onProgress(isDone ? head : head + count)
    }
    // Reads of the newest messages would otherwise look whether each row can be seen.
    await client.query('vacuum (analyze) "message"')
  } finally {
    client.release(true)
    await adapter.dispose()
  }
}

/**
 * Channels by Zipf's law: the logarithm of the number is even. Times are even between the last message and now. Ids are UUIDs v7.
 */
const STEP = `
  with the_log as (
    select *, greatest("last_at", clock_timestamp() - make_interval(days => $4::int)) as "from",
      clock_timestamp() as "now"
    from "log" where "id" = 0
  ), drawn as materialized (
    select l."head" + n as "position",
      l."from" + greatest(l."now" - l."from", interval '0') * (n::float8 / $2::int) as "at",
      least($3::int, floor(exp(random() * ln($3::int + 1)))::int) as "channel",
      floor(exp(random() * ln(5000)))::int as "sender",
      1 + floor(random() * $5::int)::int as "text",
      replace(gen_random_uuid()::text, '-', '') as "random"
    from the_log l, generate_series(1, $1::int) n
  ), draft as (
    select d."position", date_trunc('milliseconds', d."at") as "at",
      (array['${KINDS.join("', '")}'])[1 + d."channel" % 3] || '.' || d."channel" as "channel",
      'user' || d."sender" as "sender", t."text",
      (lpad(to_hex(floor(extract(epoch from d."at") * 1000)::bigint), 12, '0') || '7'
        || substr(d."random", 14))::uuid as "id"
    from drawn d join "seed_text" t on t."number" = d."text"
  ), placed as (
    select d.*, coalesce(
      lag(d."position") over (partition by d."channel" order by d."position"), c."head", 0
    ) as "previous"
    from draft d left join "channel" c on c."log_id" = 0 and c."name" = d."channel"
  ), inserted as (
    insert into "message" ("log_id", "position", "previous", "id", "channel", "type", "sender_id",
      "sender_name", "data", "sent_at")
    select 0, "position", "previous", "id", "channel", 'message', "sender", initcap("sender"),
      ('{"text":"' || "text" || '"}')::json, "at"
    from placed order by "position"
  ), heads as (
    insert into "channel" as c ("log_id", "name", "head", "count")
    select 0, "channel", max("position"), count(*) from placed group by "channel"
    on conflict ("log_id", "name") do update
      set "head" = excluded."head", "count" = c."count" + excluded."count"
  )
  update "log" l set "head" = p."position", "last_at" = p."at", "last_id" = p."id"
  from (select * from placed order by "position" desc limit 1) p where l."id" = 0`
