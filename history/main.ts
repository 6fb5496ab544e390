import { migrate } from './migrate.ts'

/** `node dist/history/main.js`: migrates DATABASE_URL and exits; with 78 if that is missing, with 1 if the migration fails. */
const databaseUrl = process.env.DATABASE_URL
if (!databaseUrl) {
  console.error('DATABASE_URL is missing: postgres://user:password@host:5432/database')
  process.exit(78)
}
const applied = await migrate(databaseUrl)
console.log(applied.length === 0 ? 'The schema is up to date.' : `Applied: ${applied.join(', ')}`)
process.exit(0)
