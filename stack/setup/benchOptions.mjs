import { parseArgs } from 'node:util'
import { UsageError } from './say.mjs'

const SCENARIOS = [
  'fanout',
  'latency',
  'channels',
  'memory',
  'storm',
  'connect',
  'slow',
  'drain',
  'replicas',
  'migration',
  'readers',
]

const BENCH_HELP = `npm run bench [-- scenarios and options]: set up what is missing, then measure the gateway beside its peers, and write what was
found into docs/benchmarks.md. Linux only. All load stays on the loopback.

  fanout      1,000 streams of one channel, messages as fast as they are taken
  latency     one message at a time to 1,000 and to 10,000 streams
  channels    10,000 channels with one stream each
  memory      5,000 idle streams and 10,000 more; then streams that come and go
  storm       10,000 streams that resume at once
  connect     5,000 streams that come at once, and resume nothing
  slow        readers that stall, among 1,000 others
  drain       5,000 streams moved to another gateway by SIGTERM
  replicas    one, two and four gateways; as root
  migration   the schema's last migration on 1,000,000 messages, while posts go on
  readers     30 readers of the largest pages of history, beside posts
Without a name: all of them.

  --rounds N      rounds of each, in turn with the peers (default 5)
  --minutes N     how long memory lets streams come and go (default 1)
  --baseline REV  fanout, latency, channels, memory, storm and connect also measure the gateway of this commit, and compare
  --quick         a tenth of the load for one round, to see that it all works; writes no documents
  --help          this text

The peers Centrifugo and Mercure are built by Go, the first time for some minutes; without Go they are left out.
`

/** The scenarios and options of `npm run bench`, checked; or `help`. */
export function parseBench(args) {
  const { values, positionals } = parse(args)
  if (values.help) return { help: BENCH_HELP }
  const unknown = positionals.find((each) => !SCENARIOS.includes(each))
  if (unknown !== undefined) {
    throw new UsageError(`There is no scenario "${unknown}".\n\n${BENCH_HELP}`)
  }
  return {
    name: 'bench',
    options: {
      scenarios: positionals.length > 0 ? positionals : SCENARIOS,
      rounds: count('--rounds', values.rounds, values.quick ? 1 : 5),
      minutes: count('--minutes', values.minutes, 1),
      quick: values.quick,
      baseline: revision(values.baseline),
    },
  }
}

function parse(args) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        rounds: { type: 'string' },
        minutes: { type: 'string' },
        baseline: { type: 'string' },
        quick: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new UsageError(`${error.message}\n\n${BENCH_HELP}`)
  }
}

function count(name, text, fallback) {
  if (text === undefined) return fallback
  if (!/^[1-9][0-9]?$/.test(text)) throw new UsageError(`${name} must be 1 to 99, not "${text}".`)
  return Number(text)
}

function revision(text) {
  if (text === undefined || /^\w[\w./~^@{}-]*$/.test(text)) return text
  throw new UsageError(`--baseline must be a commit of git, not "${text}".`)
}
