import { build } from '../../stack/setup/build.mjs'
import { installDependencies } from '../../stack/setup/dependencies.mjs'
import { generateClient } from '../../stack/setup/prisma.mjs'
import { installPrograms } from '../../stack/setup/programs.mjs'
import { SetupError, say } from '../../stack/setup/say.mjs'
import { runTests } from '../../stack/setup/tests.mjs'
import { installTools } from './tools/install.mjs'

const HELP = `npm run test:deploy [-- options] [arguments of jest]: everything that is deployed, tried out.

  (no option)    chart, rules, dashboards, configurations: half a minute once its tools are there
  --all          also builds the images, runs them as a cluster would, and stops them under load: several minutes, as root
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
else {
  try {
    await run()
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}

async function run() {
  const all = take('--all')
  const streamsAt = args.indexOf('--streams')
  if (streamsAt !== -1) process.env.CAUSEWAY_DEPLOY_STREAMS = args.splice(streamsAt, 2)[1]
  if (take('--update')) process.env.CAUSEWAY_UPDATE = '1'
  await installDependencies()
  await generateClient()
  try {
    installPrograms(all ? 'deploy-all' : 'deploy')
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    // What needs them is skipped, and says so.
    say(error.message)
  }
  await installTools()
  if (take('--setup')) return
  await build()
  const patterns = args.filter((arg) => !arg.startsWith('-')).map((arg) => `test/deploy/.*${arg}`)
  const options = ['--verbose', '--passWithNoTests', ...args.filter((arg) => arg.startsWith('-'))]
  process.exitCode = await runTests([...(patterns[0] ? patterns : ['test/deploy/']), ...options])
  if (!all || process.exitCode !== 0) return
  const slow = ['--config=test/deploy/slow/jest.config.js', '--runInBand']
  process.exitCode = await runTests([...patterns, ...slow, ...options])
}
