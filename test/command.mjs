import { COMPILER } from '../bench/command.mjs'
import { defineCommand } from '../stack/setup/defineCommand.mjs'
import { SERVERS } from '../stack/setup/programs.mjs'
import { runTests } from '../stack/setup/tests.mjs'

/** The command line of `npm test`. */
export const parse = defineCommand({
  usage: `npm test [-- arguments of jest]: set up what is missing, then run the tests against real servers.

  npm test -- bridge           the tests whose path contains "bridge"
  npm test -- -t 'a name'      the tests whose name contains it`,
  passesOn: true,
  result: ({ rest }) => rest,
})

export const programs = [
  ...SERVERS,
  ...COMPILER,
  { program: 'mosquitto_sub', apt: 'mosquitto-clients', brew: 'mosquitto' },
  { program: 'chromium', apt: 'chromium' },
  { program: 'curl', apt: 'curl' },
]

export async function run(args) {
  process.exitCode = await runTests(args)
}
