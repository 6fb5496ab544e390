import { build } from '../../stack/setup/build.mjs'
import { installDependencies } from '../../stack/setup/dependencies.mjs'
import { generateClient } from '../../stack/setup/prisma.mjs'
import { installPrograms } from '../../stack/setup/programs.mjs'
import { SetupError, orSay, say, timed } from '../../stack/setup/say.mjs'
import { runTests } from '../../stack/setup/tests.mjs'
import { installTools } from './tools/install.mjs'

const HELP = `npm run test:deploy [-- options] [arguments of jest]: everything that is deployed, tried out.

  (no option)    chart, rules, dashboards, configurations: a minute or two once its tools are there
  --all          also builds the images, runs them as a cluster would, and stops them under load: several minutes, as root on Debian;
                 writes what it measures to docs/deploy.md, and keeps what it has built in .stack/deploy
  --streams N    how many streams with --all (default 300)
  --update       writes the generated files anew: schema and README of the chart, dashboards, tables of docs/operations.md
  --setup        only fetches the tools
  --help         this text
`

/** The door of `npm run test:deploy`. */
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
  if (take('--update')) process.env.CAUSEWAY_UPDATE = '1'
  await timed('what it needs', () => prepare(all ? 'deploy-all' : 'deploy'))
  if (take('--setup')) return
  await timed('compilation', build)
  let isEnded = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => {
      isEnded = true
    })
  }
  const patterns = args.filter((arg) => !isOption(arg)).map((arg) => `test/deploy/.*${arg}`)
  const options = ['--verbose', ...args.filter(isOption)]
  // With --all a pattern may be of the other part.
  if (all && patterns.length > 0) options.push('--passWithNoTests')
  const folders = patterns.length > 0 ? patterns : ['test/deploy/']
  process.exitCode = await timed('fast part', () => runTests([...folders, ...options]))
  // Also where the fast part has failed: whoever waits for minutes wants to know all of it.
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
    // What needs them is skipped, and says so.
    say(error.message)
  }
  installTools()
}
