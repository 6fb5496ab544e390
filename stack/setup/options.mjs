import { parseArgs } from 'node:util'
import { parseBench } from './benchOptions.mjs'
import { parseClients } from './clientsOptions.mjs'
import { parseFaults } from './faultsOptions.mjs'
import { UsageError } from './say.mjs'

const START_HELP = `npm start [-- options]: set up what is missing, then run the whole of Causeway on this machine.

  --gateways N   how many gateways (default 2)
  --bridges N    how many bridges (default 2)
  --ingests N    how many ingests (default 1)
  --port N       the port to open in the browser (default $PORT, else 8080)
  --dir PATH     where data, logs and stack.json are kept (default .stack)
  --help         this text

Environment:
  HOST           the address to listen on (default 127.0.0.1)
  PORT           as --port
  DATABASE_URL   use this Postgres instead of starting one; likewise REDIS_URL and MQTT_URL
  POSTGRES_PORT  the port of the Postgres that is started (default: any free one); likewise REDIS_PORT and MQTT_PORT
  REDIS_PREFIX   what the keys in Redis begin with (default causeway); likewise MQTT_PREFIX for topics
  LOG_LEVEL      of the services (default info); and whatever else they read
`

const TEST_HELP = `npm test [-- arguments of jest]: set up what is missing, then run the tests against real servers.

  npm test -- bridge             the tests whose path contains "bridge"
  npm test -- -t 'a name'        the tests whose name contains it
  --help                         this text
`

const HELP = `node stack/setup.mjs <command>

  start      set up, then run the whole system (npm start); start --help lists its options
  test       set up, then run the tests (npm test)
  bench      set up, then measure (npm run bench); bench --help lists its scenarios
  faults     set up, then break everything and judge what comes of it (npm run faults)
  clients    set up, then try the clients that others wrote (npm run test:clients)
  build      set up and compile into dist/
  generate   npm dependencies and Prisma's client only
`

/** What is asked for: `help` to print, or a command with its checked options (start) or its arguments (test). */
export function parseCommand([name, ...rest]) {
  if (name === undefined || name === '--help' || name === '-h') return { help: HELP }
  if (name === 'start') return parseStart(rest)
  if (name === 'bench') return parseBench(rest)
  if (name === 'faults') return parseFaults(rest)
  if (name === 'clients') return parseClients(rest)
  if (name === 'test') {
    return rest.includes('--help') || rest.includes('-h') ? { help: TEST_HELP } : { name, rest }
  }
  if (name !== 'build' && name !== 'generate') {
    throw new UsageError(`There is no command "${name}".\n\n${HELP}`)
  }
  if (rest.length > 0)
    throw new UsageError(`"${name}" takes no options, but got: ${rest.join(' ')}`)
  return { name }
}

function parseStart(args) {
  const number = { type: 'string' }
  let values
  try {
    values = parseArgs({
      args,
      options: {
        gateways: number,
        bridges: number,
        ingests: number,
        port: number,
        dir: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    throw new UsageError(`${error.message}\n\n${START_HELP}`)
  }
  if (values.help) return { help: START_HELP }
  return {
    name: 'start',
    options: {
      gateways: count('--gateways', values.gateways, 2),
      bridges: count('--bridges', values.bridges, 2),
      ingests: count('--ingests', values.ingests, 1),
      port: values.port === undefined ? portOf('PORT', 8080) : port('--port', values.port),
      dir: values.dir,
      postgresPort: portOf('POSTGRES_PORT'),
      redisPort: portOf('REDIS_PORT'),
      mqttPort: portOf('MQTT_PORT'),
    },
  }
}

function count(name, text, fallback) {
  if (text === undefined) return fallback
  if (!/^[1-9][0-9]?$/.test(text)) throw new UsageError(`${name} must be 1 to 99, not "${text}".`)
  return Number(text)
}

function portOf(name, fallback) {
  const text = process.env[name]
  return text === undefined || text === '' ? fallback : port(name, text)
}

function port(name, text) {
  if (!/^[1-9][0-9]{0,4}$/.test(text) || Number(text) > 65535) {
    throw new UsageError(`${name} must be a port, 1 to 65535, not "${text}".`)
  }
  return Number(text)
}
