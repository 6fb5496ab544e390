import { defineCommand, flag, integer, matching, option } from '../stack/setup/defineCommand.mjs'
import { SERVERS } from '../stack/setup/programs.mjs'
import { runInPlace } from '../stack/setup/run.mjs'
import { fetchNodes, findNode } from '../test/support/nodes.mjs'

const count = integer(1, 99)

/** The command line of `npm run bench`. */
export const parse = defineCommand({
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
    spread: '5,000 streams on gateways that come and go: a scale-up, and deploys',
    replicas: 'one, two and four gateways; as root',
    logs: 'one, two and four logs, each on servers of its own; as root',
    presence: '10,000 people in one channel, and 1,000 channels of 10',
    readers: '30 readers of the largest pages of history, beside posts',
    history: 'pages, searches and an export of a log of 10,000,000 messages',
    ingest: 'posts as fast as they are acknowledged, beside servers that do less',
    retention: '5,000,000 messages that are removed, beside posts',
    outbox:
      '1,000,000 messages a round that applications publish in their transactions, beside posts',
  },
  options: {
    rounds: option('N', 'rounds of each, in turn with the peers (default 5)', count),
    minutes: option('N', 'how long memory lets streams come and go (default 6)', count),
    baseline: option(
      'REV',
      'fanout, latency, channels, memory, storm and connect also measure the gateway of this commit',
      matching(/^\w[\w./~^@{}-]*$/, 'a commit of git'),
    ),
    quick: flag('a tenth of the load for one round, to see that it all works; writes no documents'),
  },
  notes: `
The measured servers run on the Node in the image. Go builds the peers Centrifugo and Mercure, the first time for some minutes; without Go they are left out.
`,
  result: ({ values: { rounds, quick, minutes = quick ? 1 : 6, baseline }, names }) => ({
    scenarios: names,
    rounds: rounds ?? (quick ? 1 : 5),
    minutes,
    quick,
    baseline,
  }),
})

/** What the load client, which is C and for Linux only, is compiled with. */
export const COMPILER =
  process.platform === 'linux'
    ? [
        { program: 'cc', apt: 'gcc' },
        { program: '/usr/include/stdio.h', apt: 'libc6-dev' },
      ]
    : []

export const programs = [
  ...SERVERS,
  ...COMPILER,
  { program: 'pgbench', apt: 'postgresql-contrib' },
  { program: '/usr/lib/nginx/modules/ngx_nchan_module.so', apt: 'libnginx-mod-nchan' },
]

/** Measures on the Node in the image, which is the one that people deploy; on this Node if npm has none for this machine. */
export async function run(options) {
  fetchNodes()
  const node = findNode('image')
  if (node !== undefined && node.version !== process.version) {
    process.exitCode = await runInPlace(node.path, process.argv.slice(1))
    return
  }
  const { main } = await import('../dist/bench/main.js')
  await main(options)
}
