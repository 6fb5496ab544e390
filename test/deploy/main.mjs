import { build } from '../../stack/setup/build.mjs'
import { installDependencies } from '../../stack/setup/dependencies.mjs'
import { generateClient } from '../../stack/setup/prisma.mjs'
import { installPrograms } from '../../stack/setup/programs.mjs'
import { SetupError, orSay, say, timed } from '../../stack/setup/say.mjs'
import { runTests } from '../../stack/setup/tests.mjs'
import { installTools } from './tools/install.mjs'

const HELP = `npm run test:deploy [-- options] [arguments of jest]: tests of everything that is deployed.

  (no option)    chart, rules, dashboards, configurations: two or three minutes once the tools are there
  --all          also builds the images, runs them as a cluster would, and stops them under load. Takes several minutes, as root on
                 Debian; writes what it measures to docs/deploy.md, and keeps what it builds in .stack/deploy
  --streams N    how many streams with --all (default 300)
  --update       only writes the generated files: schema and README of the chart, dashboards, pipeline, tables in docs/
  --setup        only fetches the tools
  --help         this text
`
/** The tests that compare generated files with their sources, and write the files if $CAUSEWAY_UPDATE is 1. */
const GENERATED = ['deploy/generate/generated', 'deploy/spinnaker/files']
const NO_SERVERS = ['--globalSetup=', '--globalTeardown=']
const CONFIG = '--config=test/deploy/jest.config.js'

const args = process.argv.slice(2)
const take = (name) => {
  const at = args.indexOf(name)
  return at === -1 ? false : args.splice(at, 1).length > 0
}
if (take('--help')) process.stdout.write(HELP)
else await orSay(run)

async function run() {
  const all = take('--all')
  const streamsAt = args.indexOf('--streams')
  if (streamsAt !== -1) process.env.CAUSEWAY_DEPLOY_STREAMS = args.splice(streamsAt, 2)[1]
  const isUpdate = take('--update')
  await timed('what it needs', () => prepare(all ? 'deploy-all' : 'deploy'))
  if (take('--setup')) return
  if (isUpdate) {
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
  const patterns = args.filter((arg) => !isOption(arg)).map((arg) => `test/deploy/.*${arg}`)
  const options = ['--verbose', ...args.filter(isOption)]
  // With --all a pattern may match the other part only.
  if (all && patterns.length > 0) options.push('--passWithNoTests')
  process.exitCode = await timed('fast part', () => runTests([...patterns, CONFIG, ...options]))
  // The slow part also runs after a failure of the fast one: a run of minutes should find everything.
  if (!all || isEnded) return
  const slow = ['--config=test/deploy/slow/jest.config.js', '--runInBand']
  const slowCode = await timed('slow part', () => runTests([...patterns, ...slow, ...options]))
  process.exitCode ||= slowCode
}

function isOption(arg) {
  return arg.startsWith('-')
}

async function prepare(command) {
  await installDependencies()
  await generateClient()
  try {
    installPrograms(command)
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    // Tests that need them are skipped, and print that.
    say(error.message)
  }
  installTools()
}
