import { PrismaPg } from '@prisma/adapter-pg'

/**
 * Calls `access_put` as the account service does, with its arguments in their order: kind, subject, pattern, actions, not_before, until.
 */
export async function putAccess(
  databaseUrl: string,
  row: readonly (string | null)[],
): Promise<void> {
  const connection = await new PrismaPg({ connectionString: databaseUrl }).connect()
  try {
    await connection.queryRaw({
      sql: 'select "access_put"($1, $2, $3, $4, $5::timestamptz, $6::timestamptz)::text',
      args: [...row],
      argTypes: row.map(() => ({ scalarType: 'unknown', arity: 'scalar' })),
    })
  } finally {
    await connection.dispose()
  }
}

/** Refuses all tokens of a principal, a session or one of them (`user:alice`, `session:s`, `token:t`), for ever. */
export function revoke(databaseUrl: string, subject: string): Promise<void> {
  return putAccess(databaseUrl, ['revocation', subject, '', '', 'infinity', null])
}
