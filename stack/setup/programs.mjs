import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter } from 'node:path'
import { installWithApt } from './apt.mjs'
import { SetupError, print } from './print.mjs'
import { run } from './run.mjs'

// Debian keeps servers in sbin, which an ordinary user's PATH lacks. Homebrew's own sbin is on no PATH by default.
const MORE_FOLDERS = '/usr/local/sbin:/usr/sbin:/sbin:/opt/homebrew/bin:/opt/homebrew/sbin'

/** The commands that run the whole system. */
const RUNNERS = ['start', 'faults', 'fuzz', 'clients', 'bench', 'test', 'deploy', 'deploy-all']
const IMAGES = ['deploy-all']
const isLinux = process.platform === 'linux'
/** The load client is C, for Linux only. */
const COMPILERS = isLinux ? ['bench', 'test'] : []

/**
 * `program`, or for a package without one an absolute `file`; its Debian package (also Homebrew's, unless `brew` names another);
 * the `commands` that need it (default: RUNNERS); the variable that makes it needless for `start` and `faults`.
 */
const PROGRAMS = [
  { program: 'redis-server', apt: 'redis-server', brew: 'redis', given: 'REDIS_URL' },
  { program: 'mosquitto', apt: 'mosquitto', given: 'MQTT_URL' },
  { program: 'nginx', apt: 'nginx' },
  { program: 'setpriv', apt: 'util-linux', commands: isLinux ? RUNNERS : [] },
  { program: 'mosquitto_sub', apt: 'mosquitto-clients', brew: 'mosquitto', commands: ['test'] },
  { program: 'chromium', apt: 'chromium', commands: ['test'] },
  { program: 'curl', apt: 'curl', commands: ['test'] },
  { program: 'cc', apt: 'gcc', commands: COMPILERS },
  { file: '/usr/include/stdio.h', apt: 'libc6-dev', commands: COMPILERS },
  {
    file: '/usr/lib/nginx/modules/ngx_nchan_module.so',
    apt: 'libnginx-mod-nchan',
    commands: ['bench'],
  },
  // promtool comes with it.
  { program: 'promtool', apt: 'prometheus', commands: ['deploy', 'deploy-all'] },
  { program: 'shellcheck', apt: 'shellcheck', commands: ['deploy', 'deploy-all'] },
  { program: 'buildah', apt: 'buildah', commands: IMAGES },
  { program: 'dockerd', apt: 'docker.io', commands: IMAGES },
  { program: 'runc', apt: 'runc', commands: IMAGES },
  { program: 'mmdebstrap', apt: 'mmdebstrap', commands: IMAGES },
]

/**
 * Finds the system's programs, and installs missing ones by apt-get or brew.
 * @throws {SetupError} if it cannot; the message names the packages
 */
export function installPrograms(command) {
  process.env.PATH = `${process.env.PATH}${delimiter}${MORE_FOLDERS}`
  const missing = PROGRAMS.filter((each) => isNeeded(each, command) && !isThere(each))
  if (missing.length === 0) return
  if (find('apt-get')) {
    const sudo = process.getuid() !== 0
    if (sudo && !find('sudo')) throw cannot(missing, 'apt-get needs root, and there is no sudo')
    installWithApt(
      missing.map(({ apt }) => apt),
      { sudo },
    )
  } else if (find('brew')) {
    const packages = [...new Set(missing.map(({ apt, brew = apt }) => brew))]
    print(`installing with brew: ${packages.join(' ')}`)
    run('brew', ['install', ...packages], { stdio: ['inherit', 2, 2] })
  } else throw cannot(missing, 'there is neither apt-get nor brew')
  const still = missing.filter((each) => !isThere(each))
  if (still.length > 0) throw cannot(still, 'it is still missing after the installation')
}

function isNeeded({ given, commands = RUNNERS }, command) {
  if (!commands.includes(command)) return false
  return !process.env[given] || command === 'test' || command === 'bench'
}

function isThere({ program, file }) {
  return file === undefined ? find(program) : existsSync(file)
}

function cannot(missing, reason) {
  const names = missing.map(({ program, apt }) => program ?? apt).join(', ')
  const packages = missing.map(({ apt }) => apt).join(' ')
  return new SetupError(
    `Causeway needs ${names}, and cannot install it: ${reason}.\n` +
      `Install it by hand (Debian's packages: ${packages}), then run this again.`,
  )
}

function find(program) {
  return process.env.PATH.split(delimiter).some((folder) => {
    try {
      accessSync(`${folder}/${program}`, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
