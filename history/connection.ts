import { PrismaPg } from '@prisma/adapter-pg'

type Query = <Row>(sql: string, parameters?: readonly string[]) => Promise<Row[]>

/** For what is done once, by the role that migrates: without the limits of time that a service's connections have. */
export async function withConnection<T>(
  databaseUrl: string,
  work: (query: Query) => Promise<T>,
): Promise<T> {
  const options = { connectionString: databaseUrl, connectionTimeoutMillis: 10_000, max: 1 }
  const connection = await new PrismaPg(options).connect()
  const driver = connection.underlyingDriver()
  try {
    return await work(
      async (sql, parameters = []) => (await driver.query(sql, [...parameters])).rows,
    )
  } finally {
    await connection.dispose()
  }
}
