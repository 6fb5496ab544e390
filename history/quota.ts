import { Prisma, type Database } from './database.ts'

export type QuotaName = 'channels' | 'bytes'

/** What a subject has used today, and the milliseconds until the day ends, by the database's clock and in UTC. */
export interface QuotaUse {
  used: number
  resetMs: number
}

/** Adds to what the subject has used today. It takes no lock that an append takes. */
export async function addToQuota(
  database: Database,
  name: QuotaName,
  subject: string,
  points: number,
): Promise<QuotaUse> {
  const [row] = await database.$queryRaw<{ used: bigint; reset_ms: number }[]>(Prisma.sql`
    select * from quota_add(${name}::text, ${subject}::text, ${points}::bigint)`)
  if (row === undefined) throw new Error('quota_add has no answer')
  return { used: Number(row.used), resetMs: row.reset_ms }
}
