import { withConnection } from './connection.ts'

/**
 * Makes the words of all searches by another text search configuration of the database, such as `english`. The search begins again:
 * new messages are found as before, and older ones come back in the background, newest first. Returns false if nothing had to be
 * done. Rejects if there is no such configuration. It may run at any time.
 */
export function searchIn(databaseUrl: string, language: string): Promise<boolean> {
  return withConnection(databaseUrl, async (query) => {
    const [row] = await query<{ changed: boolean }>('select search_in($1) as "changed"', [language])
    return row?.changed === true
  })
}
