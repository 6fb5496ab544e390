import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter } from 'node:path'
import { installWithApt } from './apt.mjs'
import { SetupError, say } from './say.mjs'

// Debian keeps servers in sbin, which an ordinary user's PATH lacks; Homebrew's own sbin is on no PATH by default.
const MORE_FOLDERS = [
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
  '/opt/homebrew/bin',
  '/opt/homebrew/sbin',
]

const FILE_ROOTS = ['/usr', '/usr/local']

/** What runs the whole system. */
const RUNNERS = ['start', 'faults', 'clients', 'bench', 'test', 'deploy', 'deploy-all']
/** The load client is C for Linux alone. */
const COMPILERS = process.platform === 'linux' ? ['bench', 'test'] : []

/**
 * Program, or `file` of a package that brings none; its package; the commands that need it (those that run the system, where none
 * are named); and the variable that makes it needless for `start` and `faults`.
 */
const PROGRAMS = [
  { program: 'redis-server', apt: 'redis-server', brew: 'redis', given: 'REDIS_URL' },
  { program: 'mosquitto', apt: 'mosquitto', brew: 'mosquitto', given: 'MQTT_URL' },
  { program: 'nginx', apt: 'nginx', brew: 'nginx' },
  { program: 'mosquitto_sub', apt: 'mosquitto-clients', brew: 'mosquitto', commands: ['test'] },
  { program: 'chromium', apt: 'chromium', brew: 'chromium', commands: ['test'] },
  { program: 'curl', apt: 'curl', brew: 'curl', commands: ['test'] },
  { program: 'cc', apt: 'gcc', commands: COMPILERS },
  { file: 'include/stdio.h', apt: 'libc6-dev', commands: COMPILERS },
  {
    file: 'lib/nginx/modules/ngx_nchan_module.so',
    apt: 'libnginx-mod-nchan',
    commands: ['bench'],
  },
  // promtool comes with it.
  {
    program: 'promtool',
    apt: 'prometheus',
    brew: 'prometheus',
    commands: ['deploy', 'deploy-all'],
  },
  {
    program: 'shellcheck',
    apt: 'shellcheck',
    brew: 'shellcheck',
    commands: ['deploy', 'deploy-all'],
  },
  { program: 'buildah', apt: 'buildah', commands: ['deploy-all'] },
  { program: 'dockerd', apt: 'docker.io', commands: ['deploy-all'] },
  { program: 'runc', apt: 'runc', commands: ['deploy-all'] },
  { program: 'mmdebstrap', apt: 'mmdebstrap', commands: ['deploy-all'] },
]

/**
 * Finds the system's programs, and installs what is missing by apt-get or brew.
 * @throws {SetupError} where it cannot; the message names the packages
 */
export function installPrograms(command) {
  process.env.PATH = [process.env.PATH, ...MORE_FOLDERS].join(delimiter)
  const missing = PROGRAMS.filter((each) => isNeeded(each, command) && !isThere(each))
  if (missing.length === 0) return
  if (find('apt-get'))
    installWithApt(
      missing.map(({ apt }) => apt),
      { sudo: sudo(missing) },
    )
  else if (find('brew')) installWithBrew([...new Set(missing.map(({ brew }) => brew))])
  else throw cannot(missing, 'there is neither apt-get nor brew')
  const still = missing.filter((each) => !isThere(each))
  if (still.length > 0) throw cannot(still, 'it is still not there after the installation')
}

function isNeeded({ given, commands = RUNNERS }, command) {
  if (!commands.includes(command)) return false
  const isGiven = given !== undefined && process.env[given]
  return !isGiven || command === 'test' || command === 'bench'
}

function isThere({ program, file }) {
  return file === undefined
    ? find(program)
    : FILE_ROOTS.some((root) => existsSync(`${root}/${file}`))
}

function sudo(missing) {
  if (process.getuid() === 0) return false
  if (find('sudo')) return true
  throw cannot(missing, 'apt-get needs root, and there is no sudo')
}

function installWithBrew(packages) {
  say(`installing with brew: ${packages.join(' ')}`)
  const brew = spawnSync('brew', ['install', ...packages], { stdio: ['inherit', 2, 2] })
  if (brew.status !== 0) throw new SetupError('brew install failed; see above.')
}

function cannot(missing, reason) {
  const names = missing.map(({ program, apt }) => program ?? apt).join(', ')
  return new SetupError(
    `Causeway needs ${names}, and cannot install it: ${reason}.\n` +
      `Install it by hand (Debian's packages: ${missing.map(({ apt }) => apt).join(' ')}), then run this again.`,
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
