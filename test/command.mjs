import { COMPILER } from '../bench/command.mjs'
import { defineCommand, flag } from '../stack/setup/defineCommand.mjs'
import { SERVERS } from '../stack/setup/programs.mjs'
import { runTests } from '../stack/setup/tests.mjs'
import { runSecure } from './secure/runSecure.mjs'

/** The command line of `npm test`. */
export const parse = defineCommand({
  usage: `npm test [-- arguments of jest]: set up what is missing, then run the tests against real servers.

  npm test -- bridge           the tests whose path contains "bridge"
  npm test -- -t 'a name'      the tests whose name contains it`,
  options: {
    secure: flag('the end-to-end tests only, on stacks that use TLS everywhere'),
  },
  passesOn: true,
  result: ({ values: { secure }, rest }) => ({ secure, rest }),
})

export const programs = [
  ...SERVERS,
  ...COMPILER,
  { program: 'mosquitto_sub', apt: 'mosquitto-clients', brew: 'mosquitto' },
  { program: 'chromium', apt: 'chromium' },
  { program: 'curl', apt: 'curl' },
  ...(process.argv.includes('--secure')
    ? [
        { program: 'openssl', apt: 'openssl' },
        { program: 'certutil', apt: 'libnss3-tools', brew: 'nss' },
      ]
    : []),
]

export async function run({ secure, rest }) {
  process.exitCode = await (secure ? runSecure(rest) : runTests(rest))
}
