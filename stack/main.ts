import { once } from 'node:events'
import { resolve } from 'node:path'
import { StartRefused, messageOf } from './errors.ts'
import { firstAdminLink } from './firstAdminLink.ts'
import { type Stack, type StackOptions, startStack } from './stack.ts'
import { worthShowing } from './terminal.ts'

/** npm passes on the Ctrl-C that the terminal has sent to us too: one press may come twice. */
const SAME_PRESS_MS = 1_000
const CHECK_PARENT_EVERY_MS = 1_000

/** Runs the whole system until a signal ends it. stack/command.mjs has read and checked the options of `npm start`. */
export async function main(options: StackOptions): Promise<void> {
  const stopping = new AbortController()
  let stack: Stack | undefined
  const keepAlive = onStop((isFirst) => {
    if (isFirst) stopping.abort(new Error('stopped while starting'))
    else if (stack === undefined) process.exit(1)
    else stack.forceStop()
  })
  const onLog = (name: string, line: string) => {
    // Until all is up the parts rightly complain that others are missing; a failed start shows the end of the log anyway.
    if (stack === undefined || stopping.signal.aborted) return
    const text = worthShowing(name.replace(/-\d+$/, ''), line)
    if (text !== undefined) print(`${name}: ${text}`)
  }
  try {
    stack = await startStack({ ...options, print, onLog, signal: stopping.signal })
    process.stdout.write(
      `Causeway runs: open ${stack.origin} (MQTT: ${new URL(stack.mqttUrl).host}; Ctrl-C stops it)\n`,
    )
    if (options.auth === 'required') await printFirstAdminLink(stack)
    else print('AUTH=open: everybody may read and write everything, under any name')
    if (!stopping.signal.aborted) await once(stopping.signal, 'abort')
    print('stopping')
    await stack.stop()
    print('stopped')
  } catch (error) {
    if (stack === undefined && stopping.signal.aborted) return print('stopped')
    print(messageOf(error))
    if (!(error instanceof StartRefused))
      print(`The logs are in ${resolve(options.dir ?? '.stack', 'logs')}.`)
    process.exitCode = 1
  } finally {
    clearInterval(keepAlive)
  }
}

/** The stack runs without the link too: `npm run account -- admin-link` makes another. */
async function printFirstAdminLink(stack: Stack): Promise<void> {
  try {
    const link = await firstAdminLink(stack)
    if (link !== '') process.stdout.write(`Nobody is admin yet; this link makes one: ${link}\n`)
  } catch (error) {
    print(`There is no link for the first admin: ${messageOf(error)}`)
  }
}

/** Calls back at the first and at every later request to stop. The timer that it returns keeps the process alive. */
function onStop(stop: (isFirst: boolean) => void): NodeJS.Timeout {
  let first: number | undefined
  const request = () => {
    if (first !== undefined && Date.now() - first < SAME_PRESS_MS) return
    stop(first === undefined)
    first ??= Date.now()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, request)
  // Under `npm start` the process that a user knows, and may kill, is npm: package.json's `exec` makes it our parent. Without
  // npm, whoever started us may well end first.
  const parent = process.ppid
  const isUnderNpm = process.env.npm_lifecycle_event !== undefined
  return setInterval(
    () => isUnderNpm && first === undefined && process.ppid !== parent && request(),
    CHECK_PARENT_EVERY_MS,
  )
}

function print(line: string): void {
  process.stderr.write(`causeway: ${line}\n`)
}
