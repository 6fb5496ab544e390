import { migrate } from './migrate.ts'
import { grantRights, ROLE_OWNERS } from './roles.ts'
import { searchIn } from './searchLanguage.ts'

/**
 * `node dist/history/main.js`: migrates DATABASE_URL, gives the services' roles their rights, and exits; with 78 if DATABASE_URL is
 * missing, with 1 if the database refuses. The roles are in INGEST_DATABASE_URL and so on, the addresses that the services get.
 * SEARCH_LANGUAGE is the language of the search, if it is to have another one than it has.
 */
const { env } = process
const databaseUrl = env.DATABASE_URL
if (!databaseUrl) {
  console.error('DATABASE_URL is missing: postgres://user:password@host:5432/database')
  process.exit(78)
}
const applied = await migrate(databaseUrl)
const addresses = ROLE_OWNERS.map((service) => [
  service,
  env[`${service.toUpperCase()}_DATABASE_URL`] || undefined,
])
await grantRights(databaseUrl, Object.fromEntries(addresses))
console.log(applied.length === 0 ? 'The schema is up to date.' : `Applied: ${applied.join(', ')}`)
const language = env.SEARCH_LANGUAGE
if (language && (await searchIn(databaseUrl, language))) {
  console.log(`The search begins again, in ${language}.`)
}
process.exit(0)
