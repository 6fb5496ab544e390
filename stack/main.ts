import { resolve } from 'node:path'
import { messageOf } from './errors.ts'
import { watchParents } from './parent.ts'
import { AlreadyRunning } from './runFile.ts'
import { PortTaken, type Stack, startStack } from './stack.ts'
import { worthShowing } from './terminal.ts'

/** What `npm start` was asked for; stack/setup/options.mjs has read and checked it. */
export interface StartOptions {
  gateways: number
  bridges: number
  ingests: number
  port: number
  dir: string | undefined
  postgresPort: number | undefined
  redisPort: number | undefined
  mqttPort: number | undefined
}

/** npm passes on the Ctrl-C that the terminal has sent to us too: one press may come twice. */
const SAME_PRESS = 1_000
const LOOK_FOR_PARENTS_EVERY = 1_000

/** Runs the whole system until a signal ends it. */
export async function main(options: StartOptions): Promise<void> {
  const { HOST, DATABASE_URL, REDIS_URL, MQTT_URL, REDIS_PREFIX, MQTT_PREFIX } = process.env
  const stopping = new AbortController()
  let stack: Stack | undefined
  onEnd((isFirst) => {
    if (isFirst) stopping.abort(new Error('stopped while starting'))
    else if (stack === undefined) process.exit(1)
    else stack.hurry()
  })
  try {
    stack = await startStack({
      ...options,
      host: given(HOST),
      databaseUrl: given(DATABASE_URL),
      redisUrl: given(REDIS_URL),
      mqttUrl: given(MQTT_URL),
      redisPrefix: given(REDIS_PREFIX),
      mqttPrefix: given(MQTT_PREFIX),
      say,
      // Until all is up the parts rightly complain that others are missing; a start that fails shows the end of the log anyway.
      onLog: (name, line) => stack !== undefined && !stopping.signal.aborted && showLog(name, line),
      signal: stopping.signal,
    })
  } catch (error) {
    if (stopping.signal.aborted) return say('stopped')
    const isPlain = error instanceof PortTaken || error instanceof AlreadyRunning
    say(messageOf(error))
    if (!isPlain) say(`The logs are in ${resolve(options.dir ?? '.stack', 'logs')}.`)
    process.exitCode = 1
    return
  }
  process.stdout.write(
    `Causeway runs: open ${stack.origin} (MQTT: ${stack.mqttUrl}; Ctrl-C stops it)\n`,
  )
  await aborted(stopping.signal)
  say('stopping')
  await stack.stop()
  say('stopped')
}

/** Calls back at the first and at every later wish to end. */
function onEnd(end: (isFirst: boolean) => void): void {
  let first: number | undefined
  const wish = () => {
    if (first !== undefined && Date.now() - first < SAME_PRESS) return
    end(first === undefined)
    first ??= Date.now()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, wish)
  // An npm that was killed leaves nobody to end us: then we end ourselves.
  const hasParents = watchParents(process.env.npm_lifecycle_event !== undefined)
  const look = () => first === undefined && !hasParents() && wish()
  setInterval(look, LOOK_FOR_PARENTS_EVERY).unref()
}

async function aborted(signal: AbortSignal): Promise<void> {
  // A listener alone keeps no process alive, and the children are not waited for.
  const alive = setInterval(() => {}, 60_000)
  if (!signal.aborted) {
    await new Promise((done) => signal.addEventListener('abort', done, { once: true }))
  }
  clearInterval(alive)
}

function showLog(name: string, line: string): void {
  const text = worthShowing(name.replace(/-\d+$/, ''), line)
  if (text !== undefined) say(`${name}: ${text}`)
}

function say(line: string): void {
  process.stderr.write(`causeway: ${line}\n`)
}

/** A variable that is set to nothing is not set. */
function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value
}
