import { existsSync } from 'node:fs'
import { defineCommand, option } from '../../stack/setup/defineCommand.mjs'
import { print } from '../../stack/setup/print.mjs'
import { SERVERS, installPrograms } from '../../stack/setup/programs.mjs'
import { runTests } from '../../stack/setup/tests.mjs'

const PROGRAMS = {
  firefox: [{ program: 'firefox-esr', apt: 'firefox-esr' }],
  webkit: [
    { program: 'WebKitWebDriver', apt: 'webkit2gtk-driver' },
    { program: 'Xvfb', apt: 'xvfb' },
  ],
}

/** The command line of `npm run test:browsers`. */
export const parse = defineCommand({
  usage: `npm run test:browsers [-- options and arguments of jest]: set up what is missing, then let Chromium, Firefox and WebKit use the chat of a
real stack. An engine that cannot be had is skipped.`,
  options: { only: option('a,b', 'only these engines: chromium, firefox, webkit') },
  passesOn: true,
  result: ({ values: { only = 'chromium,firefox,webkit' }, rest }) => ({ only, rest }),
})

export const programs = [...SERVERS, { program: 'chromium', apt: 'chromium' }]

export async function run({ only, rest }) {
  for (const [name, needed] of Object.entries(PROGRAMS)) {
    if (only.split(',').includes(name)) tryToInstall(name, needed)
  }
  process.env.BROWSERS = only
  process.exitCode = await runTests([
    '--runInBand',
    ...(rest.length > 0 ? rest : ['test/browsers']),
  ])
}

/** The tests say what is skipped. */
function tryToInstall(name, needed) {
  // An installation is for root, and Debian's package is not in every distribution.
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return
  try {
    installPrograms(needed)
  } catch (error) {
    print(`${name} cannot be installed: ${error.message}`)
  }
}
