import { PrismaPg } from '@prisma/adapter-pg'

/** Transactions that the database has ended since it was made; what a query without one of its own counts as, too. */
export async function countTransactions(databaseUrl: string): Promise<number> {
  const factory = new PrismaPg({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 })
  const connection = await factory.connect()
  try {
    const { rows } = await connection.queryRaw({
      sql: `select (xact_commit + xact_rollback)::text from pg_stat_database
        where datname = current_database()`,
      args: [],
      argTypes: [],
    })
    return Number(rows[0]?.[0])
  } finally {
    await connection.dispose()
  }
}
