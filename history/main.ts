import { type LayoutFile, layoutText, parseLayoutFile } from '../chassis/layoutFile.ts'
import { createLogs } from './createLogs.ts'
import { migrate } from './migrate.ts'
import { migrationsOf, type Migration } from './migrations.ts'
import { grantRights } from './roles.ts'
import { searchIn } from './searchLanguage.ts'

/**
 * `node dist/history/main.js`: migrates DATABASE_URL, gives the services' roles their rights, and exits; with 78 if DATABASE_URL is
 * missing, with 1 if the database refuses. The roles are in INGEST_DATABASE_URL and so on, the addresses that the services get.
 * SEARCH_LANGUAGE is the language of the search, if it is to have another one than it has.
 *
 * With LAYOUT_FILE it does the same for each of its servers of Postgres, by DATABASE_URL_<NAME>, INGEST_DATABASE_URL_<NAME> and so on,
 * and makes the logs that are not there yet.
 */
const { env } = process
const language = env.SEARCH_LANGUAGE
const layout = readLayout()
for (const migration of readMigrations()) await bringUp(migration)
process.exit(0)

function readLayout(): LayoutFile | undefined {
  const { LAYOUT_FILE } = env
  if (!LAYOUT_FILE) return undefined
  const parsed = parseLayoutFile(layoutText(LAYOUT_FILE))
  return 'file' in parsed ? parsed.file : refuse(parsed.mistakes)
}

function readMigrations(): Migration[] {
  const found = migrationsOf(layout, env)
  if ('migrations' in found) return found.migrations
  return refuse(
    found.missing.map((name) => `${name} is missing: postgres://user:password@host:5432/database`),
  )
}

function refuse(mistakes: readonly string[]): never {
  for (const mistake of mistakes) console.error(mistake)
  process.exit(78)
}

async function bringUp({ variable, databaseUrl, addresses, logs }: Migration): Promise<void> {
  const say = (text: string): void =>
    console.log(variable === 'DATABASE_URL' ? text : `${variable}: ${text}`)
  const applied = await migrate(databaseUrl)
  const made = layout === undefined ? [] : await createLogs(databaseUrl, layout, logs)
  await grantRights(databaseUrl, addresses)
  say(applied.length === 0 ? 'The schema is up to date.' : `Applied: ${applied.join(', ')}`)
  if (made.length > 0) say(`New logs: ${made.join(', ')}`)
  if (language && (await searchIn(databaseUrl, language))) {
    say(`The search begins again, in ${language}.`)
  }
}
