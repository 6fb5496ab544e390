import { existsSync } from 'node:fs'
import { delimiter, resolve } from 'node:path'
import { installWithApt } from './apt.mjs'
import { SetupError, print } from './print.mjs'
import { run } from './run.mjs'

// Debian keeps servers in sbin, which an ordinary user's PATH lacks. Homebrew's own sbin is on no PATH by default.
const MORE_FOLDERS = '/usr/local/sbin:/usr/sbin:/sbin:/opt/homebrew/bin:/opt/homebrew/sbin'

/**
 * What the whole system runs with. Of each program: its name, or an absolute path; its Debian package, also Homebrew's unless
 * `brew` names another; and the variable that makes it needless for `npm start`, if there is one.
 */
export const SERVERS = [
  { program: 'redis-server', apt: 'redis-server', brew: 'redis', given: 'REDIS_URL' },
  { program: 'mosquitto', apt: 'mosquitto', given: 'MQTT_URL' },
  { program: 'nginx', apt: 'nginx' },
  ...(process.platform === 'linux' ? [{ program: 'setpriv', apt: 'util-linux' }] : []),
]

/**
 * Finds programs of the system, and installs missing ones by apt-get or brew.
 * @throws {SetupError} if it cannot; the message names the packages
 */
export function installPrograms(programs) {
  process.env.PATH = `${process.env.PATH}${delimiter}${MORE_FOLDERS}`
  const missing = programs.filter(({ program }) => !isThere(program))
  if (missing.length === 0) return
  if (isThere('apt-get')) {
    const sudo = process.getuid() !== 0
    if (sudo && !isThere('sudo')) throw cannot(missing, 'apt-get needs root, and there is no sudo')
    const packages = missing.map(({ apt }) => apt)
    installWithApt(packages, { sudo })
  } else if (isThere('brew')) {
    const packages = [...new Set(missing.map(({ apt, brew = apt }) => brew))]
    print(`installing with brew: ${packages.join(' ')}`)
    run('brew', ['install', ...packages], { stdio: ['inherit', 2, 2] })
  } else throw cannot(missing, 'there is neither apt-get nor brew')
  const still = missing.filter(({ program }) => !isThere(program))
  if (still.length > 0) throw cannot(still, 'it is still missing after the installation')
}

/** Whether a folder of PATH has the program. An absolute path is looked up as it is. */
function isThere(program) {
  return process.env.PATH.split(delimiter).some((folder) => existsSync(resolve(folder, program)))
}

function cannot(missing, reason) {
  const names = missing.map(({ program }) => program).join(', ')
  const packages = missing.map(({ apt }) => apt).join(' ')
  return new SetupError(
    `Causeway needs ${names}, and cannot install it: ${reason}.\n` +
      `Install it by hand (Debian's packages: ${packages}), then run this again.`,
  )
}
