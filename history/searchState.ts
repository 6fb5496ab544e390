import { Prisma, type Database } from './database.ts'

/** How many messages of a log its search does not find yet. */
export interface SearchState {
  /** Newer than all that it finds. */
  newer: number
  /** Older than all that it finds: from before there was a search, or in another language. */
  older: number
}

/** Two rows, however large the log is. Messages that were removed count until the search has passed them. */
export async function readSearchState(database: Database, logId: number): Promise<SearchState> {
  const rows = await database.$queryRaw<SearchState[]>(Prisma.sql`
    select greatest(l."head" - coalesce(s."up_to", l."head"), 0)::float8 as "newer",
      greatest(coalesce(s."after", l."head") - l."low", 0)::float8 as "older"
    from "log" l left join "search_state" s on s."log_id" = l."id" where l."id" = ${logId}::smallint`)
  return rows[0] ?? { newer: 0, older: 0 }
}
