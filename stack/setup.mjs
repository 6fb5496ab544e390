import { build } from './setup/build.mjs'
import { defineCommand } from './setup/defineCommand.mjs'
import { installDependencies } from './setup/dependencies.mjs'
import { UsageError, orPrint } from './setup/print.mjs'
import { installPrograms } from './setup/programs.mjs'

/** Of each command: `parse`, as `defineCommand` makes it; the `programs` that it needs; and `run`, which gets its options. */
const COMMANDS = {
  start: () => import('./command.mjs'),
  test: () => import('../test/command.mjs'),
  bench: () => import('../bench/command.mjs'),
  faults: () => import('../test/faults/command.mjs'),
  fuzz: () => import('../test/security/fuzz/command.mjs'),
  api: () => import('../test/api/command.mjs'),
  browsers: () => import('../test/browsers/command.mjs'),
  clients: () => import('../test/clients/command.mjs'),
  account: () => import('../account/command.mjs'),
  seed: () => import('./seed/command.mjs'),
  build: setUpOnly('npm run build: set up, and compile into dist/.'),
  generate: setUpOnly(
    "npm run generate: install the npm dependencies and generate Prisma's client, no more.",
  ),
}
const HELP = `node stack/setup.mjs <command>: ${Object.keys(COMMANDS).join(', ')}
node stack/setup.mjs <command> --help: what it does, and its options
`

/**
 * The entry of `npm start`, `npm test`, `npm run faults` and so on. It is plain JavaScript and imports only Node's own modules,
 * because it runs before anything is installed or compiled.
 */
await orPrint(async () => {
  const [name = '--help', ...args] = process.argv.slice(2)
  if (name === '--help' || name === '-h') return process.stdout.write(HELP)
  if (!Object.hasOwn(COMMANDS, name))
    throw new UsageError(`There is no command "${name}".\n\n${HELP}`)
  const { parse, programs = [], run } = await COMMANDS[name]()
  // A wrong command line is refused here: nothing is installed for a command that cannot run.
  const { help, options } = parse(args)
  if (help !== undefined) return process.stdout.write(help)
  installDependencies()
  if (name === 'generate') return
  installPrograms(programs)
  build()
  // In this process, so that a signal sent to it reaches the stack and not a parent that knows nothing.
  await run?.(options)
})

/** A command that runs no program. */
function setUpOnly(usage) {
  return () => ({ parse: defineCommand({ usage }) })
}
