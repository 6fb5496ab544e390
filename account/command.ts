import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ApiKeys } from './apiKeys.ts'
import { HELP, runCommand, WrongUsage } from './commands.ts'
import { Database } from './database.ts'
import { hasAdmin } from './firstStart.ts'
import { GrantTable } from './grantTable.ts'
import { Invitations } from './invitations.ts'
import { Revocations } from './revocations.ts'

/** The longest that TOKEN_SECONDS may be: it only says when rows of revocations may be deleted. */
const TOKEN_SECONDS = 3_600
/** The default of MAX_GRANTS. */
const MAX_GRANTS = 100_000
const EXIT_USAGE = 64

const Running = z.object({ databaseUrl: z.string(), origin: z.string() })

/** `node dist/account/command.js COMMAND`: exits with 64 after a wrong command line, and with 1 if the database cannot be reached. */
const args = process.argv.slice(2)
if (['help', '--help', '-h', undefined].includes(args[0])) process.stdout.write(HELP)
else process.exitCode = await run()

async function run(): Promise<number> {
  const { env } = process
  const running = readStack(env.STACK_DIR || '.stack')
  const databaseUrl = env.DATABASE_URL || running?.databaseUrl
  const publicOrigin = env.PUBLIC_ORIGIN || running?.origin
  if (databaseUrl === undefined || publicOrigin === undefined) {
    return fail('Causeway does not run here. Set DATABASE_URL and PUBLIC_ORIGIN.', EXIT_USAGE)
  }
  const database = new Database({ databaseUrl, connections: 1, onError: () => {} })
  const shared = { database, tokenSeconds: TOKEN_SECONDS }
  try {
    const text = await runCommand(args, {
      invitations: new Invitations({ ...shared, publicOrigin }),
      apiKeys: new ApiKeys(shared),
      grants: new GrantTable({ database, maxGrants: Number(env.MAX_GRANTS || MAX_GRANTS) }),
      revocations: new Revocations(shared),
      hasAdmin: () => hasAdmin(database),
    })
    if (text !== '') process.stdout.write(`${text}\n`)
    return 0
  } catch (error) {
    if (error instanceof WrongUsage) return fail(`${error.message}\n\n${HELP}`, EXIT_USAGE)
    return fail(error instanceof Error ? error.message : String(error), 1)
  } finally {
    await database.close()
  }
}

function fail(text: string, code: number): number {
  process.stderr.write(`${text.trimEnd()}\n`)
  return code
}

/** What `npm start` says about the Causeway that runs from this folder; undefined if none does. */
function readStack(dir: string): z.output<typeof Running> | undefined {
  const file = join(dir, 'stack.json')
  if (!existsSync(file)) return undefined
  return Running.parse(JSON.parse(readFileSync(file, 'utf8')))
}
