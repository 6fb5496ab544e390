import { type LayoutFile, layoutText, parseLayoutFile } from '../../chassis/layoutFile.ts'
import { ROLE_OWNERS } from '../roles.ts'
import { prepareMove } from './prepareMove.ts'
import { switchLog } from './switchLog.ts'

const HELP = `node dist/history/move/main.js prepare|switch: moves a log to another Postgres.

  prepare  migrates the new database, and begins to copy the log; the log stays where it is
  switch   closes the log for a moment, compares, and opens it in the new database

Between the two, give the services both addresses. docs/operations.md says how.

Environment:
  LOG_ID               the number of the log
  FROM_DATABASE_URL    the old database, as the administrator; it needs wal_level=logical
  TO_DATABASE_URL      the new one, as a superuser or a member of pg_create_subscription
  FROM_DATABASE_URL_THERE  the old one as the new one reaches it (default: FROM_DATABASE_URL)
  LAYOUT_FILE          the layout, as the migration has it
  INGEST_DATABASE_URL  and so on: the services' addresses, whose users the new database gets
`
const EXIT_USAGE = 64

/** Exits with 64 after a wrong command line, and with 1 if the log cannot be moved: then it is where it was. */
const { env: environment, argv } = process
process.exitCode = await run(argv[2], environment)

async function run(command: string | undefined, env: NodeJS.ProcessEnv): Promise<number> {
  const { FROM_DATABASE_URL: from, TO_DATABASE_URL: to } = env
  const log = Number(env['LOG_ID'] || Number.NaN)
  const isCommand = command === 'prepare' || command === 'switch'
  if (!isCommand || !from || !to || !Number.isSafeInteger(log)) {
    process.stderr.write(HELP)
    return command === '--help' ? 0 : EXIT_USAGE
  }
  try {
    if (command === 'prepare') {
      await prepareMove({
        log,
        from,
        to,
        fromThere: env['FROM_DATABASE_URL_THERE'] || from,
        layout: readLayout(env['LAYOUT_FILE']),
        addresses: Object.fromEntries(
          ROLE_OWNERS.map((owner) => [
            owner,
            env[`${owner.toUpperCase()}_DATABASE_URL`] || undefined,
          ]),
        ),
      })
      say(`Log ${log} is being copied. Give the services both addresses, then switch.`)
    } else {
      const { closedMs, head } = await switchLog({ log, from, to }, say)
      say(
        `Log ${log} is in the new database, up to position ${head}. It was closed for ${closedMs} ms.`,
      )
    }
    return 0
  } catch (error) {
    say(error instanceof Error ? error.message : String(error))
    return 1
  }
}

function readLayout(path: string | undefined): LayoutFile | undefined {
  if (!path) return undefined
  const parsed = parseLayoutFile(layoutText(path))
  if ('file' in parsed) return parsed.file
  throw new Error(parsed.mistakes.join('\n'))
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}
