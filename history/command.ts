import { parseArgs } from 'node:util'
import { LogWriter } from './logWriter.ts'

const HELP = `node dist/history/command.js COMMAND SENDER [--after POSITION]: what one sender, like user:alice, wrote.

  export SENDER   prints every message, one a line, in order
  erase SENDER    takes the data, the id and the name out of every message

Both go through the whole log in small steps. After an interruption, go on after the last position.

Environment:
  DATABASE_URL    Postgres, as ingest has it
  LOG_ID          the number of the log (default 0)
`
const EXIT_USAGE = 64

/** Exits with 64 after a wrong command line, and with 1 if the database fails. */
process.exitCode = await run(process.argv.slice(2))

async function run(args: string[]): Promise<number> {
  const { env } = process
  const { positionals, values } = parseArgs({
    args,
    options: { after: { type: 'string', default: '0' }, help: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const [command, sender = '', ...others] = positionals
  const databaseUrl = env.DATABASE_URL ?? ''
  const after = Number(values.after)
  const isCommand = command === 'export' || command === 'erase'
  const isWhole = sender !== '' && others.length === 0 && Number.isSafeInteger(after) && after >= 0
  if (values.help || !isCommand || !isWhole || databaseUrl === '') {
    process.stderr.write(HELP)
    return values.help ? 0 : EXIT_USAGE
  }
  const log = new LogWriter({
    databaseUrl,
    logId: Number(env.LOG_ID ?? 0),
    connections: 3,
    appendQueueBytes: 0,
    keySeconds: 0,
    changeSeconds: 0,
    onError: () => {},
  })
  try {
    if (command === 'export') await printAll(log, sender, after)
    else await eraseAll(log, sender, after)
    return 0
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  } finally {
    await log.close()
  }
}

async function printAll(log: LogWriter, sender: string, after: number): Promise<void> {
  let count = 0
  for (let upTo = after, isDone = false; !isDone;) {
    const sent = await log.sentBy(sender, upTo)
    for (const { json } of sent.entries) {
      if (!process.stdout.write(`${json}\n`)) await drained()
    }
    count += sent.entries.length
    ;({ upTo, isDone } = sent)
  }
  process.stderr.write(`${count} messages of ${sender}.\n`)
}

function drained(): Promise<void> {
  return new Promise((resolve) => process.stdout.once('drain', resolve))
}

async function eraseAll(log: LogWriter, sender: string, after: number): Promise<void> {
  let count = 0
  for (let upTo = after, isDone = false; !isDone;) {
    const step = await log.erase(sender, upTo, { id: 'admin', name: 'Admin' })
    count += step.count
    ;({ upTo, isDone } = step)
    if (step.count > 0) process.stderr.write(`${count} erased, up to position ${upTo}\n`)
  }
  process.stdout.write(`${JSON.stringify({ sender, erased: count })}\n`)
}
