import { PrismaPg } from '@prisma/adapter-pg'

/** Transactions that the database has ended since it was made; what a query without one of its own counts as, too. */
export function countTransactions(databaseUrl: string): Promise<number> {
  return count(databaseUrl, 'xact_commit + xact_rollback')
}

/** Files that its sorts and joins have written because their memory did not suffice. Sessions tell after a second or so. */
export function countTemporaryFiles(databaseUrl: string): Promise<number> {
  return count(databaseUrl, 'temp_files')
}

async function count(databaseUrl: string, counter: string): Promise<number> {
  const factory = new PrismaPg({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 })
  const connection = await factory.connect()
  try {
    const { rows } = await connection.queryRaw({
      sql: `select (${counter})::text from pg_stat_database where datname = current_database()`,
      args: [],
      argTypes: [],
    })
    return Number(rows[0]?.[0])
  } finally {
    await connection.dispose()
  }
}
