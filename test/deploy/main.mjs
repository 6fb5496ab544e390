import { build } from '../../stack/setup/build.mjs'
import { defineCommand, flag, integer, option } from '../../stack/setup/defineCommand.mjs'
import { installDependencies } from '../../stack/setup/dependencies.mjs'
import { SetupError, orPrint, print } from '../../stack/setup/print.mjs'
import { SERVERS, installPrograms } from '../../stack/setup/programs.mjs'
import { runTests } from '../../stack/setup/tests.mjs'
import { timed } from '../support/timed.mjs'
import { buildCluster } from './cluster/build.mjs'
import { buildSigning } from './release/buildSigning.mjs'
import { installOrca } from './release/install.mjs'
import { installTools } from './tools/install.mjs'

/** The tests that compare generated files with their sources, and write the files if $CAUSEWAY_UPDATE is 1. */
const GENERATED = ['deploy/generate/generated', 'deploy/spinnaker/files']
const NO_SERVERS = ['--globalSetup=', '--globalTeardown=']
const CONFIG = '--config=test/deploy/jest.config.js'
const PROGRAMS = [
  ...SERVERS,
  // promtool comes with it.
  { program: 'promtool', apt: 'prometheus' },
  { program: 'shellcheck', apt: 'shellcheck' },
]
/** What --all needs too: it builds images and runs them. */
const IMAGE_PROGRAMS = [
  { program: 'buildah', apt: 'buildah' },
  { program: 'dockerd', apt: 'docker.io' },
  { program: 'runc', apt: 'runc' },
  { program: 'mmdebstrap', apt: 'mmdebstrap' },
]
const parse = defineCommand({
  usage: `npm run test:deploy [-- options] [arguments of jest]: run the tests of everything that is deployed: chart, rules, dashboards
and configurations. They take two or three minutes once their tools are there.`,
  options: {
    all: flag(
      'also build the images, run them as a cluster would, and stop them under load; see below',
    ),
    cluster: flag('only run the tests on a real control plane of Kubernetes; see below'),
    release: flag(
      'only try the release: what Orca does after each failure, and signatures; see below',
    ),
    streams: option('N', 'how many streams with --all (default 300)', integer(1, 100_000)),
    update: flag(
      'only write the generated files: schema and README of the chart, dashboards, pipeline, tables in docs/',
    ),
    setup: flag('only fetch the tools'),
  },
  notes: `
--cluster runs Helm, kubectl, autoscaler and scheduler against a real API server, whose nodes are played. It takes ten to twenty minutes. Go
builds the control plane once, in ten minutes of one core, below $XDG_CACHE_HOME or ~/.cache. Without Go this part is skipped.

--release needs Java and Maven, which fetches Orca once, and Go, which builds cosign once, in some minutes. What is missing is skipped.

--all takes several minutes, as root on Debian. It writes what it measures to docs/deploy.md, and keeps what it has built in
.stack/deploy.
`,
  passesOn: true,
  result: ({ values, rest }) => ({ ...values, rest }),
})

/** The entry of `npm run test:deploy`. */
await orPrint(async () => {
  const { help, options } = parse(process.argv.slice(2))
  if (help === undefined) await run(options)
  else process.stdout.write(help)
})

async function run(options) {
  const { all, cluster, release, streams, update, setup, rest } = options
  if (streams !== undefined) process.env.CAUSEWAY_DEPLOY_STREAMS = String(streams)
  await timed('preparation', () => prepare(all ? [...PROGRAMS, ...IMAGE_PROGRAMS] : PROGRAMS))
  if (cluster) await timed('control plane', buildCluster)
  if (release) {
    await timed('Orca', installOrca)
    await timed('cosign', buildSigning)
  }
  if (setup) return
  if (update) {
    process.env.CAUSEWAY_UPDATE = '1'
    const code = await runTests([...GENERATED, ...NO_SERVERS])
    process.exitCode = (await runTests(['test/deploy/values', CONFIG, ...NO_SERVERS])) || code
    return
  }
  await timed('compilation', build)
  let isEnded = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => {
      isEnded = true
    })
  }
  if (cluster || release) {
    for (const part of ['cluster', 'release'].filter((name) => options[name])) {
      const args = [`--config=test/deploy/${part}/jest.config.js`, '--verbose', ...rest]
      const code = await timed(`${part} part`, () => runTests(args))
      process.exitCode ||= code
    }
    return
  }
  const patterns = rest.filter((arg) => !isOption(arg)).map((arg) => `test/deploy/.*${arg}`)
  const forJest = ['--verbose', ...rest.filter(isOption)]
  // With --all a pattern may match the other part only.
  if (all && patterns.length > 0) forJest.push('--passWithNoTests')
  process.exitCode = await timed('fast part', () => runTests([...patterns, CONFIG, ...forJest]))
  // The slow part also runs after a failure of the fast one: a run of minutes should find everything.
  if (!all || isEnded) return
  const slow = ['--config=test/deploy/slow/jest.config.js', '--runInBand']
  const slowCode = await timed('slow part', () => runTests([...patterns, ...slow, ...forJest]))
  process.exitCode ||= slowCode
}

function isOption(arg) {
  return arg.startsWith('-')
}

function prepare(programs) {
  installDependencies()
  try {
    installPrograms(programs)
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    // Tests that need them are skipped, and print that.
    print(error.message)
  }
  installTools()
}
