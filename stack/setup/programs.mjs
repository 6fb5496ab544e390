import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
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

/** Program, its package, and the variable that makes it needless for `start`. */
const PROGRAMS = [
  { program: 'redis-server', apt: 'redis-server', brew: 'redis', given: 'REDIS_URL' },
  { program: 'mosquitto', apt: 'mosquitto', brew: 'mosquitto', given: 'MQTT_URL' },
  { program: 'nginx', apt: 'nginx', brew: 'nginx' },
  { program: 'mosquitto_sub', apt: 'mosquitto-clients', brew: 'mosquitto', test: true },
  { program: 'chromium', apt: 'chromium', brew: 'chromium', test: true },
  { program: 'curl', apt: 'curl', brew: 'curl', test: true },
]

/**
 * Finds the system's programs, and installs what is missing by apt-get or brew.
 * @throws {SetupError} where it cannot; the message names the packages
 */
export function installPrograms(command) {
  process.env.PATH = [process.env.PATH, ...MORE_FOLDERS].join(delimiter)
  const missing = PROGRAMS.filter((each) => isNeeded(each, command) && !find(each.program))
  if (missing.length === 0) return
  if (find('apt-get'))
    installWithApt(
      missing.map(({ apt }) => apt),
      { sudo: sudo(missing) },
    )
  else if (find('brew')) installWithBrew([...new Set(missing.map(({ brew }) => brew))])
  else throw cannot(missing, 'there is neither apt-get nor brew')
  const still = missing.filter((each) => !find(each.program))
  if (still.length > 0) throw cannot(still, 'it is still not there after the installation')
}

function isNeeded({ given, test }, command) {
  if (command === 'test') return true
  if (command !== 'start') return false
  return !test && !(given !== undefined && process.env[given])
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
  const names = missing.map(({ program }) => program).join(', ')
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
