import { build } from './setup/build.mjs'
import { COMMANDS } from './setup/commands.mjs'
import { installDependencies } from './setup/dependencies.mjs'
import { UsageError, orPrint, print } from './setup/print.mjs'
import { generateClient } from './setup/prisma.mjs'
import { installPrograms } from './setup/programs.mjs'
import { runTests } from './setup/tests.mjs'

const HELP = `node stack/setup.mjs <command>: ${Object.keys(COMMANDS).join(', ')}
node stack/setup.mjs <command> --help: what it does, and its options
`
/** The folder of each command's program. */
const PROGRAMS = {
  start: 'stack',
  bench: 'bench',
  faults: 'test/faults',
  fuzz: 'test/security/fuzz',
  clients: 'test/clients',
}

/**
 * The entry of `npm start`, `npm test`, `npm run faults` and so on. It is plain JavaScript and imports only Node's own modules,
 * because it runs before anything is installed or compiled.
 */
await orPrint(async () => {
  const [name = '--help', ...args] = process.argv.slice(2)
  if (name === '--help' || name === '-h') return process.stdout.write(HELP)
  if (!Object.hasOwn(COMMANDS, name))
    throw new UsageError(`There is no command "${name}".\n\n${HELP}`)
  // A wrong command line is refused here: nothing is installed for a command that cannot run.
  const { help, options } = COMMANDS[name](args)
  if (help !== undefined) return process.stdout.write(help)
  installDependencies()
  generateClient()
  if (name === 'generate') return
  installPrograms(name)
  build()
  if (name === 'test') process.exitCode = await runTests(options)
  if (PROGRAMS[name] === undefined) return
  if (name === 'start') print('starting')
  // In this process, so that a signal sent to it reaches the stack and not a parent that knows nothing.
  const { main } = await import(`../dist/${PROGRAMS[name]}/main.js`)
  await main(options)
})
