import { PrismaPg } from '@prisma/adapter-pg'
import type { Addresses } from './secret.ts'

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

/** Each address on another database of the same server. */
export function onDatabase(addresses: Addresses, name: string): Addresses {
  const entries = Object.entries(addresses)
  return Object.fromEntries(
    entries.map(([variable, url]) => [
      variable,
      variable.endsWith('DATABASE_URL') ? withDatabase(url, name) : url,
    ]),
  )
}

export function nameIn(databaseUrl: string): string {
  return new URL(databaseUrl).pathname.slice(1)
}

/** The URL of another database on the same server. */
export function withDatabase(databaseUrl: string, name: string): string {
  const url = new URL(databaseUrl)
  url.pathname = `/${name}`
  return url.href
}
