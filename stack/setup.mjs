import { build } from './setup/build.mjs'
import { installDependencies } from './setup/dependencies.mjs'
import { parseCommand } from './setup/options.mjs'
import { installPrograms } from './setup/programs.mjs'
import { generateClient } from './setup/prisma.mjs'
import { orSay, say } from './setup/say.mjs'
import { runTests } from './setup/tests.mjs'

/**
 * The door of `npm start`, `npm test`, `npm run faults` and `npm run bench`. Plain JavaScript over Node's own modules alone, because it runs before anything is
 * installed or compiled: it brings the machine to the point where the compiled stack, or jest, can run.
 */
await orSay(async () => {
  const command = parseCommand(process.argv.slice(2))
  if (command.help !== undefined) process.stdout.write(command.help)
  else await run(command)
})

async function run({ name, options, rest }) {
  // A name or option that is wrong was refused above: nothing is installed for a command that cannot run.
  await installDependencies()
  await generateClient()
  if (name === 'generate') return
  installPrograms(name)
  await build()
  if (name === 'build') return
  if (name === 'test') {
    process.exitCode = await runTests(rest)
    return
  }
  if (name === 'faults') {
    const faults = await import('../dist/test/faults/main.js')
    await faults.main(options)
    return
  }
  if (name === 'clients') {
    const clients = await import('../dist/test/clients/main.js')
    await clients.main(options)
    return
  }
  if (name === 'bench') {
    const { main } = await import('../dist/bench/main.js')
    await main(options)
    return
  }
  say('starting')
  // In this very process, so that a signal sent to it reaches the stack and not a parent that knows nothing.
  const { main } = await import('../dist/stack/main.js')
  await main(options)
}
