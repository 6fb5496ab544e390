import { homedir } from 'node:os'
import { join } from 'node:path'
import { defineCommand, flag, integer, matching, option } from './command.mjs'

const { env } = process
const count = integer(1, 99)
const port = integer(1, 65_535)
/** The port in a variable; undefined if it is not set. */
const portIn = (name) => (env[name] ? port(env[name], name) : undefined)
/** A comma-separated list. */
const list = (text) => text?.split(',') ?? []
const FAULTS_MINUTES = 24

/** The commands of `node stack/setup.mjs`: of each its parser, as `defineCommand` makes it. */
export const COMMANDS = {
  start: defineCommand({
    usage:
      'npm start [-- options]: set up what is missing, then run the whole of Causeway on this machine.',
    options: {
      gateways: option('N', 'number of gateways (default 2)', count),
      bridges: option('N', 'number of bridges (default 2)', count),
      ingests: option('N', 'number of ingests (default 1)', count),
      port: option('N', 'the port to open in the browser (default $PORT, else 8080)', port),
      dir: option('PATH', 'the folder for data, logs and stack.json (default .stack)'),
    },
    notes: `
Environment:
  HOST            the address to listen on (default 127.0.0.1)
  PORT            as --port
  DATABASE_URL    use this Postgres instead of starting one; likewise REDIS_URL and MQTT_URL
  POSTGRES_PORT   the port of the Postgres that is started (default: a free one); likewise REDIS_PORT and MQTT_PORT
  REDIS_PREFIX    the prefix of keys in Redis (default causeway); likewise MQTT_PREFIX for topics
  LOG_LEVEL       the log level of the services (default info); they also read all their other variables
`,
    result: ({ values }) => ({
      ...values,
      // A variable that is set to nothing is not set.
      host: env.HOST || undefined,
      port: values.port ?? portIn('PORT') ?? 8080,
      databaseUrl: env.DATABASE_URL || undefined,
      redisUrl: env.REDIS_URL || undefined,
      mqttUrl: env.MQTT_URL || undefined,
      postgresPort: portIn('POSTGRES_PORT'),
      redisPort: portIn('REDIS_PORT'),
      mqttPort: portIn('MQTT_PORT'),
      redisPrefix: env.REDIS_PREFIX || undefined,
      mqttPrefix: env.MQTT_PREFIX || undefined,
    }),
  }),
  test: defineCommand({
    usage: `npm test [-- arguments of jest]: set up what is missing, then run the tests against real servers.

  npm test -- bridge           the tests whose path contains "bridge"
  npm test -- -t 'a name'      the tests whose name contains it`,
    passesOn: true,
    result: ({ rest }) => rest,
  }),
  bench: defineCommand({
    usage: `npm run bench [-- scenarios and options]: set up what is missing, then measure the gateway beside its peers, and write the
results into docs/benchmarks.md. Linux only. All load stays on the loopback. Without a scenario: all of them.`,
    names: {
      fanout: '1,000 streams of one channel, with messages as fast as they are taken',
      latency: 'one message at a time to 1,000 and to 10,000 streams',
      channels: '10,000 channels with one stream each',
      memory: '5,000 idle streams and 10,000 more; then streams that come and go',
      storm: '10,000 streams that resume at once',
      connect: '5,000 streams that connect at once, and resume nothing',
      slow: 'readers that stall, among 1,000 others',
      drain: '5,000 streams that SIGTERM moves to another gateway',
      replicas: 'one, two and four gateways; as root',
      migration: "the schema's last migration on 1,000,000 messages, while posts go on",
      readers: '30 readers of the largest pages of history, beside posts',
    },
    options: {
      rounds: option('N', 'rounds of each, in turn with the peers (default 5)', count),
      minutes: option('N', 'how long memory lets streams come and go (default 1)', count),
      baseline: option(
        'REV',
        'fanout, latency, channels, memory, storm and connect also measure the gateway of this commit',
        matching(/^\w[\w./~^@{}-]*$/, 'a commit of git'),
      ),
      quick: flag(
        'a tenth of the load for one round, to see that it all works; writes no documents',
      ),
    },
    notes: `
Go builds the peers Centrifugo and Mercure, the first time for some minutes; without Go they are left out.
`,
    result: ({ values: { rounds, minutes = 1, quick, baseline }, names }) => ({
      scenarios: names,
      rounds: rounds ?? (quick ? 1 : 5),
      minutes,
      quick,
      baseline,
    }),
  }),
  faults: defineCommand({
    usage: `npm run faults [-- options]: set up what is missing, then break the system in every way that one machine can, judge what its
readers received, and write docs/reliability.md.`,
    options: {
      only: option(
        'F7,F12',
        'only these faults (F12 is F12a and F12b too); leaves the table as it is',
        matching(/^F[1-9][0-9]?[a-z]?(,F[1-9][0-9]?[a-z]?)*$/, 'ids like F7 or F13a'),
      ),
      minutes: option(
        'N',
        `roughly how long all take together (default ${FAULTS_MINUTES})`,
        integer(1, 1_000),
      ),
      seed: option(
        'N',
        "for everything that is random (default: the time's)",
        integer(0, 999_999_999),
      ),
      keep: flag('leave the histories and logs in place, and print where they are'),
      write: flag('write docs/reliability.md also with --only'),
    },
    result: ({ values: { only, minutes = FAULTS_MINUTES, seed, keep, write }, args }) => ({
      only: list(only),
      scale: minutes / FAULTS_MINUTES,
      seed: seed ?? Math.floor(Date.now() / 1_000) % 1_000_000,
      keep,
      write,
      command: ['npm run faults', ...(args.length > 0 ? ['--', ...args] : [])].join(' '),
    }),
  }),
  fuzz: defineCommand({
    usage: `npm run fuzz [-- options]: set up what is missing, then send random requests to nginx, an ingest and a gateway. It fails at a
5xx, at 5 s without an answer, at an error that is no problem, and at a process that grows. Linux only.`,
    options: {
      requests: option('N', 'how many (default 100000)', integer(1, 100_000_000)),
      seed: option(
        'N',
        "the same seed sends the same requests (default: the time's)",
        integer(0, 999_999_999),
      ),
    },
    result: ({ values: { requests = 100_000, seed } }) => ({
      requests,
      seed: seed ?? Math.floor(Date.now() / 1_000) % 1_000_000,
    }),
  }),
  clients: defineCommand({
    usage: `npm run test:clients [-- languages and options]: set up what is missing, then let clients that others wrote read streams that
are cut, refused and moved, and print what each of them received. Without a language: all of them. A missing one is skipped.`,
    names: Object.fromEntries(
      ['npm', 'chromium', 'shell', 'python', 'go', 'rust', 'java'].map((name) => [
        name,
        `clients for ${name}`,
      ]),
    ),
    options: {
      only: option('a,b', 'only these columns of the table'),
      plain: flag(
        'no client asks for more heartbeats than usual: shows which leave a quiet stream',
      ),
      cache: option(
        'DIR',
        'for their libraries (default: causeway-clients below $XDG_CACHE_HOME or ~/.cache)',
      ),
      write: flag('put the table into docs/clients.md'),
    },
    result: ({ values: { only, plain, cache, write }, names }) => ({
      languages: names,
      only: list(only),
      plain,
      cache: cache ?? join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'causeway-clients'),
      write,
    }),
  }),
  build: defineCommand({ usage: 'npm run build: set up, and compile into dist/.' }),
  generate: defineCommand({
    usage: "npm run generate: install the npm dependencies and generate Prisma's client, no more.",
  }),
}
