import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { inRoot } from '../../../stack/setup/paths.mjs'
import { print } from '../../../stack/setup/print.mjs'
import { builtOnce } from '../tools/builtOnce.mjs'
import { compileGo } from '../tools/compileGo.mjs'

const SOURCE = inRoot('test/deploy/cluster/go')
const PARTS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
  'kwok',
]
const KUBERNETES = '1.36.3'
/** Packages that are compiled in all, for the progress. */
const PACKAGES = 2_700

/** Modules of which only data is used, with their checksums: definitions of kinds, and what kwok does to nodes and pods. */
const DATA = [
  {
    module: 'sigs.k8s.io/gateway-api@v1.5.1',
    sum: 'h1:RqVRIlkhLhUO8wOHKTLnTJA6o/1un4po4/6M1nRzdd0=',
    folders: ['config/crd/standard'],
    to: 'crds',
    files: /_(gatewayclasses|gateways|httproutes)\.yaml$/,
  },
  {
    module: 'github.com/kedacore/keda/v2@v2.20.2',
    sum: 'h1:SR60v8uIcelbveS8n/1jcl8tLdBBIbHMxmdOHw8tKqA=',
    folders: ['config/crd/bases'],
    to: 'crds',
    files: /_scaledobjects\.yaml$/,
  },
  {
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    sum: 'h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=',
    folders: ['example/prometheus-operator-crd'],
    to: 'crds',
    files: /_(podmonitors|prometheusrules)\.yaml$/,
  },
  {
    module: 'sigs.k8s.io/kwok@v0.8.0',
    sum: 'h1:OTIOTwgROqPMovcTwxICx2eYQ4AwLpSx5EpjbDKF4SQ=',
    folders: ['node/fast', 'node/heartbeat-with-lease', 'pod/fast'].map(
      (name) => `kustomize/stage/${name}`,
    ),
    to: 'stages',
    files: /^(?!kustomization).*\.yaml$/,
  },
]

const WANTED = {
  name: 'cluster',
  what: 'the control plane',
  tests: 'tests on a control plane',
  source: SOURCE,
  also: JSON.stringify(DATA, (_, value) => String(value)),
}

/**
 * Builds the control plane from its Go modules, once for each version of go/, and names its folder to the tests: bin/, crds/ and
 * stages/. If that is impossible, prints why: the tests are then skipped.
 */
export async function buildCluster() {
  const folder = await builtOnce(WANTED, async (to) => {
    mkdirSync(join(to, 'bin'))
    for (const each of DATA) copyData(each, to)
    await compile(join(to, 'bin/cluster'))
    for (const part of PARTS) symlinkSync('cluster', join(to, 'bin', part))
  })
  if (folder !== undefined) process.env.CAUSEWAY_CLUSTER = folder
}

function copyData({ module, sum, folders, to, files }, folder) {
  const told = execFileSync('go', ['mod', 'download', '-json', module], {
    cwd: '/',
    encoding: 'utf8',
  })
  const { Dir, Sum } = JSON.parse(told)
  if (Sum !== sum) throw new Error(`${module} has the checksum ${Sum}, not ${sum}`)
  mkdirSync(join(folder, to), { recursive: true })
  for (const from of folders) {
    for (const name of readdirSync(join(Dir, from)).filter((each) => files.test(each))) {
      copyFileSync(join(Dir, from, name), join(folder, to, name))
    }
  }
}

async function compile(to) {
  print(`building Kubernetes ${KUBERNETES}, etcd and kwok: ten minutes of one core, once`)
  const version = 'k8s.io/component-base/version'
  const [major, minor] = KUBERNETES.split('.')
  const names = { gitVersion: `v${KUBERNETES}`, gitMajor: major, gitMinor: minor }
  const set = Object.entries(names).map(([name, value]) => `-X ${version}.${name}=${value}`)
  const args = ['-ldflags', `-s -w ${set.join(' ')}`, '-o', to, '.']
  await compileGo({ source: SOURCE, args, count: PACKAGES })
}
