import { v7 as uuid } from 'uuid'
import type { Sender } from '../contract/message.ts'
import { Prisma, type Database } from './database.ts'

/** What one step of an erasure did. */
export interface Erased {
  /** How far it looked; the next step begins there. */
  upTo: number
  /** How many messages it changed. */
  count: number
  /** Whether that was the log's head. */
  isDone: boolean
}

/** Messages in one step: some ten milliseconds of the log's lock. */
const MAX_ERASED = 100

/** Erases some of a sender's messages after a position; `by` is the sender of the deletions. */
export async function eraseSome(
  database: Database,
  log: number,
  { sender, after, by }: { sender: string; after: number; by: Sender },
): Promise<Erased> {
  const ids = Array.from({ length: MAX_ERASED }, () => uuid())
  const [row] = await database.$queryRaw<ErasedRow[]>(Prisma.sql`
    select * from erase_messages(${log}::smallint, ${sender}::text, ${after}::bigint, ${by.id}::text,
      ${by.name}::text, ${ids}::uuid[])`)
  return {
    upTo: Number(row?.up_to ?? after),
    count: Number(row?.erased ?? 0),
    isDone: row?.done === true,
  }
}

interface ErasedRow {
  up_to: bigint
  erased: bigint
  done: boolean
}
