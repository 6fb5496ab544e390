import { layoutText, parseLayoutFile } from '../../chassis/layoutFile.ts'
import { spreadLog } from './spreadLog.ts'

const HELP = `node dist/history/spread/main.js: spreads one log over the new logs of a layout.

It copies each message to the log of its channel. The old log takes no posts any more, and stays as it is.

Environment:
  DATABASE_URL   Postgres, as the administrator
  LAYOUT_FILE    the new logs, with other numbers than the old one
  LOG_ID         the number of the old log (default 0)
`
const EXIT_USAGE = 64

/** Exits with 64 after a wrong command line, and with 1 if it fails: then the old log goes on. */
const { env: environment, argv } = process
process.exitCode = await run(argv.slice(2), environment)

async function run(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { DATABASE_URL: databaseUrl, LAYOUT_FILE: path } = env
  if (args.length > 0 || !databaseUrl || !path) {
    process.stderr.write(HELP)
    return args[0] === '--help' ? 0 : EXIT_USAGE
  }
  try {
    const parsed = parseLayoutFile(layoutText(path))
    if ('mistakes' in parsed) throw new Error(parsed.mistakes.join('\n'))
    const log = Number(env['LOG_ID'] || 0)
    for (const { log: id, messages } of await spreadLog({
      databaseUrl,
      log,
      layout: parsed.file,
    })) {
      process.stdout.write(`log ${id}: ${messages} messages\n`)
    }
    return 0
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
}
