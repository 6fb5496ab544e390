import { defineCommand, flag, integer, matching, option } from './setup/defineCommand.mjs'
import { print } from './setup/print.mjs'
import { SERVERS } from './setup/programs.mjs'

const { env } = process
const count = integer(1, 99)
const port = integer(1, 65_535)
const authMode = matching(/^(open|required)$/, 'open or required')
/** The value of AUTH. Without tokens nobody signs in. */
const authIn = ({ oidc }) => {
  const auth = authMode(env.AUTH || 'required', 'AUTH')
  if (oidc && auth === 'open') throw new Error('--oidc needs AUTH=required.')
  return auth
}
/** How many servers of a kind, each with a log. */
const countIn = (name, { logs = 1 }, servers = 1, given = '') => {
  if (servers > logs) throw new Error(`--${name} must not be more than --logs.`)
  if (servers > 1 && env[given]) throw new Error(`--${name} needs no ${given}.`)
  return servers
}
const redisKinds = matching(
  /^(single|sentinel|cluster)(,(single|sentinel|cluster)){0,15}$/,
  'single, sentinel or cluster, or several of them with commas',
)
/** Servers of Redis, each with a log. */
const redisIn = (values) => {
  const kinds = values.redis?.split(',')
  countIn('redis', values, kinds?.length, 'REDIS_URL')
  return kinds
}
/** The port in a variable; undefined if it is not set. */
const portIn = (name) => (env[name] ? port(env[name], name) : undefined)

/** The command line of `npm start`. */
export const parse = defineCommand({
  usage:
    'npm start [-- options]: set up what is missing, then run the whole of Causeway on this machine.',
  options: {
    gateways: option('N', 'number of gateways (default 2)', count),
    bridges: option('N', 'number of bridges (default 2)', count),
    ingests: option('N', 'number of ingests (default 1)', count),
    logs: option('N', 'number of logs (default 1); a folder keeps it', integer(1, 64)),
    postgres: option(
      'N',
      'servers of Postgres, between which the logs are spread (default 1)',
      integer(1, 16),
    ),
    brokers: option('N', 'brokers, between which the logs are spread (default 1)', integer(1, 16)),
    port: option('N', 'the port to open in the browser (default $PORT, else 8080)', port),
    redis: option(
      'KIND',
      'single (default), sentinel (a master, two replicas, three Sentinels) or cluster (three masters, three replicas); several, as cluster,single, between which the logs are spread',
      redisKinds,
    ),
    replica: flag('also start a replica of Postgres, which serves history'),
    secure: flag(
      'use TLS everywhere, by certificates made for this machine in the folder tls of --dir',
    ),
    oidc: flag('also start an identity provider for development, with two people who may sign in'),
    dir: option('PATH', 'the folder for data, logs and stack.json (default .stack)'),
  },
  notes: `
Environment:
  HOST            the address to listen on (default 127.0.0.1)
  PORT            as --port
  DATABASE_URL    use this Postgres instead of starting one; likewise REDIS_URL and MQTT_URL. INGEST_DATABASE_URL, BRIDGE_REDIS_URL
                  and so on are the addresses with a service's own user
  POSTGRES_PORT   the port of the Postgres that is started (default: a free one); likewise REDIS_PORT and MQTT_PORT
  REDIS_PREFIX    the prefix of keys in Redis (default causeway); likewise MQTT_PREFIX for topics
  AUTH            required (default): people sign in, and everything needs a token. open: nobody needs one
  LOG_LEVEL       the log level of the services (default info); they also read all their other variables
`,
  result: ({ values }) => ({
    ...values,
    // A variable that is set to nothing is not set.
    host: env.HOST || undefined,
    port: values.port ?? portIn('PORT') ?? 8080,
    auth: authIn(values),
    postgres: countIn('postgres', values, values.postgres, 'DATABASE_URL'),
    redis: redisIn(values),
    brokers: countIn('brokers', values, values.brokers, 'MQTT_URL'),
    databaseUrl: env.DATABASE_URL || undefined,
    redisUrl: env.REDIS_URL || undefined,
    mqttUrl: env.MQTT_URL || undefined,
    postgresPort: portIn('POSTGRES_PORT'),
    redisPort: portIn('REDIS_PORT'),
    mqttPort: portIn('MQTT_PORT'),
    redisPrefix: env.REDIS_PREFIX || undefined,
    mqttPrefix: env.MQTT_PREFIX || undefined,
    addresses: Object.fromEntries(
      Object.entries(env).filter(([name]) =>
        /^[A-Z]+_(DATABASE|DATABASE_REPLICA|REDIS|MQTT)_URL$/.test(name),
      ),
    ),
  }),
})

/** A server whose URL is given is not started. */
export const programs = [
  ...SERVERS.filter(({ given }) => !env[given]),
  ...(process.argv.includes('--secure') ? [{ program: 'openssl', apt: 'openssl' }] : []),
]

export async function run(options) {
  print('starting')
  const { main } = await import('../dist/stack/main.js')
  await main(options)
}
