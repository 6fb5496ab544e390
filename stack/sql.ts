import { PrismaPg } from '@prisma/adapter-pg'

/** Runs one statement on a new connection; for what no service does, such as creating databases. */
export async function runSql(databaseUrl: string, statement: string): Promise<void> {
  const factory = new PrismaPg({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 })
  const connection = await factory.connect()
  try {
    await connection.executeScript(statement)
  } finally {
    await connection.dispose()
  }
}

/** The URL of another database on the same server. */
export function withDatabase(databaseUrl: string, name: string): string {
  const url = new URL(databaseUrl)
  url.pathname = `/${name}`
  return url.href
}
