import type { Pool } from '../../history/pool.ts'
import { runSql } from '../../stack/sql.ts'

/** Fills a log of the schema before partitions: a thousand channels, every fourth message with a key. */
export function fillOldSchema(databaseUrl: string, messages: number): Promise<void> {
  return runSql(
    databaseUrl,
    `insert into "message" ("log_id", "position", "previous", "id", "channel", "type", "sender_id",
      "sender_name", "data", "sent_at", "idempotency_key")
    select 0, n, greatest(n - 1000, 0), gen_random_uuid(), 'c' || n % 1000, 'message', 's' || n % 100,
      'Somebody', json_build_object('text', repeat('word ', n % 40)), now(),
      case when n % 4 = 0 then 'key-' || n end
    from generate_series(1, ${messages}) n;
    insert into "channel" select "log_id", "channel", max("position"), count(*) from "message" group by 1, 2;
    update "log" set "head" = ${messages}, "last_at" = now() where "id" = 0;
    analyze "message", "channel"`,
  )
}

/** Appends as an ingest of the earlier version does, which knows nothing of principals. */
export async function appendBefore(pool: Pool, batch: readonly number[]): Promise<void> {
  const all = (text: (n: number) => string): string[] => batch.map(text)
  await pool.query(
    `select * from append_messages(0::smallint, array(select gen_random_uuid() from unnest($1::text[])),
      $1::text[], $2::text[], $3::text[], $3::text[], $4::text[], $5::text[])`,
    [
      all((n) => `c${n % 1_000}`),
      all(() => 'message'),
      all((n) => `s${n % 100}`),
      all((n) => `{"text":"message ${n}"}`),
      all((n) => (n % 4 === 0 ? `new-${n}` : '')),
    ],
  )
}
