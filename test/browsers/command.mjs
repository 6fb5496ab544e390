import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
  // First, because it notes how busy the machine is.
  const { writeChatFigures } = await import('../../dist/bench/report/chatFigures.js')
  const { engineCounts } = await import('../../dist/bench/report/engineCounts.js')
  const dir = mkdtempSync(join(tmpdir(), 'causeway-browsers-'))
  try {
    const file = join(dir, 'results.json')
    const tests = rest.length > 0 ? rest : ['test/browsers']
    process.exitCode = await runTests(['--runInBand', '--json', `--outputFile=${file}`, ...tests])
    if (!existsSync(file)) return
    const counts = engineCounts(JSON.parse(readFileSync(file, 'utf8')))
    for (const { name, passed, failed } of counts)
      print(`${name}: ${passed} passed, ${failed} failed`)
    if (process.env.UPDATE_FIGURES !== '1' || rest.length > 0) return
    const rows = counts.map(({ name, passed, failed }) => [name, String(passed), String(failed)])
    writeChatFigures('engines', [['engine', 'passed', 'failed'], ...rows], versions())
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function versions() {
  const [chromium, firefox, webkit] = [
    ['chromium', '--version'],
    ['firefox-esr', '--version'],
    ['dpkg-query', '-W', '-f', '${Version}', 'webkit2gtk-driver'],
  ].map(([program, ...args]) => {
    const { stdout } = spawnSync(program, args, { encoding: 'utf8' })
    return /\d+(\.\d+)+/.exec(stdout ?? '')?.[0] ?? 'unknown'
  })
  return `Chromium ${chromium}, Firefox ${firefox}, WebKitGTK ${webkit}`
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
