import { Prisma, type Database } from './database.ts'
import { toAppended, type AppendedRow } from './row.ts'
import type { Appended } from './types.ts'

export interface OutboxOptions {
  logId: number
  /** How long an idempotency key is kept. */
  keySeconds: number
  /** For a message as an event on a stream. Whoever publishes a larger one is refused from then on. */
  maxEventBytes: number
}

/** What became of a row of the outbox. */
export type Moved =
  | { appended: Appended }
  | { id: number; refused: 'idempotency-conflict' | 'internal'; cause: string }

/**
 * Moves the oldest messages of the outbox to the log, exactly once and in their order, however many processes call it. None if there
 * are none, or if another process is about to move them. A row that is refused stays in the table, and is not moved again.
 */
export async function moveOutbox(
  database: Database,
  { logId, keySeconds, maxEventBytes }: OutboxOptions,
): Promise<Moved[]> {
  const rows = await database.$queryRaw<OutboxRow[]>(Prisma.sql`
    select "id" as "outbox_id", "refused", "epoch", "link", "repeated", "position", "previous",
      "message_id"::text as "id", "channel", "type", "sender_id", "sender_name", "data", "sent_at",
      null::bigint as "about", null::text as "about_as", false as "deleted"
    from outbox_move(${logId}::smallint, ${maxEventBytes}::int, ${keySeconds}::int, ${new Date()}::timestamptz)`)
  return rows.map((row) => {
    const { outbox_id: id, refused } = row
    if (refused === null) return { appended: toAppended(row) }
    const isConflict = refused === 'idempotency-conflict'
    return { id: Number(id), refused: isConflict ? refused : 'internal', cause: refused }
  })
}

interface OutboxRow extends AppendedRow {
  outbox_id: bigint
  /** Null if it was moved; otherwise all that follows is null, or of no use. */
  refused: string | null
}
