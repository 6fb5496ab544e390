import { PrismaPg } from '@prisma/adapter-pg'

/** Transactions that ended since the database was made. A query outside a transaction counts as one. */
export function countTransactions(databaseUrl: string): Promise<number> {
  return count(databaseUrl, 'xact_commit + xact_rollback')
}

/** Files that sorts and joins wrote because their memory was too small. Sessions report them after a second or so. */
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
