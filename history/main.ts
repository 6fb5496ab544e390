import { migrate } from './migrate.ts'

/** `node dist/history/main.js`: migrates DATABASE_URL and exits; 78 where that is missing, 1 where it fails. */
const databaseUrl = process.env.DATABASE_URL
if (!databaseUrl) {
  console.error('DATABASE_URL is missing: postgres://user:password@host:5432/database')
  process.exit(78)
}
const applied = await migrate(databaseUrl)
console.log(applied.length === 0 ? 'The schema is up to date.' : `Applied: ${applied.join(', ')}`)
process.exit(0)
