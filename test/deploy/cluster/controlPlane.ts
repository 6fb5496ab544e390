import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../../stack/ports.ts'
import { Cluster } from './cluster.ts'
import { DRAINED_NODES, NODES, storageClasses } from './nodes.ts'
import { Part } from './part.ts'

/** The user of Helm and kubectl, and that of all controllers: a refusal is for the first one only. */
export const DEPLOYER = 'deployer'
const CONTROLLER = 'controller'
/** How often the autoscaler looks. On real clusters 15 s. */
export const SYNC_SECONDS = 2

/** etcd, API server, controllers, scheduler, and kwok, which plays the nodes. On loopback, and gone with this process. */
export class ControlPlane {
  readonly #built: string
  readonly #dir = mkdtempSync(join(tmpdir(), 'causeway-control-'))
  /** In the order of their start. */
  readonly #parts: Part[] = []

  constructor(built: string) {
    this.#built = built
  }

  /** Resolves to the path of a kubeconfig, when nodes and definitions are there. */
  async start(): Promise<string> {
    const tokens = { [DEPLOYER]: randomToken(), [CONTROLLER]: randomToken() }
    const rows = Object.entries(tokens).map(
      ([user, token]) => `${token},${user},${user},system:masters\n`,
    )
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
    const key = this.#write(
      'accounts.key',
      privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    )
    const [etcdPort, peerPort, port] = [await freePort(), await freePort(), await freePort()]
    const etcd = `http://127.0.0.1:${etcdPort}`
    const peer = `http://127.0.0.1:${peerPort}`
    // One run's data is worth no fsync.
    this.#run('etcd', {
      'data-dir': join(this.#dir, 'etcd'),
      'listen-client-urls': etcd,
      'advertise-client-urls': etcd,
      'listen-peer-urls': peer,
      'unsafe-no-fsync': 'true',
    })
    const server = this.#run('kube-apiserver', {
      'etcd-servers': etcd,
      'bind-address': '127.0.0.1',
      'secure-port': String(port),
      'cert-dir': join(this.#dir, 'certificates'),
      'token-auth-file': this.#write('tokens.csv', rows.join('')),
      'authorization-mode': 'RBAC',
      'service-cluster-ip-range': '10.96.0.0/16',
      'service-account-issuer': 'https://kubernetes.default.svc',
      'service-account-key-file': key,
      'service-account-signing-key-file': key,
      // The API server takes no part in its own Service, and 127.0.0.1 may be no endpoint.
      'endpoint-reconciler-type': 'none',
      // The controller that would remove the taint of new nodes is off.
      'disable-admission-plugins': 'TaintNodesByCondition',
      'advertise-address': '10.96.0.1',
    })
    const kubeconfig = this.#kubeconfig(DEPLOYER, port, tokens[DEPLOYER] ?? '')
    const cluster = new Cluster(kubeconfig)
    await server.ready(async () => void (await cluster.kubectl('get', '--raw', '/readyz')))
    const own = this.#kubeconfig(CONTROLLER, port, tokens[CONTROLLER] ?? '')
    await this.#startControllers(own, key)
    const crds = join(this.#built, 'crds')
    await cluster.kubectl('apply', '--server-side', '--filename', crds)
    await cluster.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s')
    await cluster.apply([...NODES, ...DRAINED_NODES, ...storageClasses()])
    await cluster.kubectl('wait', '--for=condition=Ready', 'node', '--all', '--timeout=60s')
    return kubeconfig
  }

  async #startControllers(kubeconfig: string, key: string): Promise<void> {
    const common = { kubeconfig, 'leader-elect': 'false', 'bind-address': '127.0.0.1' }
    const limits = { 'kube-api-qps': '500', 'kube-api-burst': '1000' }
    this.#run('kube-controller-manager', {
      ...common,
      ...limits,
      'secure-port': String(await freePort()),
      // Nodes of kwok need no eviction when this machine is slow.
      controllers: '*,-node-lifecycle-controller',
      'service-account-private-key-file': key,
      'horizontal-pod-autoscaler-sync-period': `${SYNC_SECONDS}s`,
    })
    this.#run('kube-scheduler', { ...common, ...limits, 'secure-port': String(await freePort()) })
    const stages = join(this.#built, 'stages')
    const files = readdirSync(stages).map((name) => readFileSync(join(stages, name), 'utf8'))
    const config = [...files, readFileSync(join(import.meta.dirname, 'stages.yaml'), 'utf8')]
    this.#run('kwok', {
      kubeconfig,
      'manage-all-nodes': 'true',
      config: this.#write('stages.yaml', config.join('\n---\n')),
    })
  }

  /** Stops everything, that which others need last. */
  async stop(): Promise<void> {
    for (const part of this.#parts.toReversed()) await part.stop()
    rmSync(this.#dir, { recursive: true, force: true })
  }

  #run(name: string, options: Record<string, string>): Part {
    const args = Object.entries(options).map(([option, value]) => `--${option}=${value}`)
    const program = join(this.#built, 'bin', name)
    const part = new Part(program, args, join(this.#dir, `${name}.log`))
    this.#parts.push(part)
    return part
  }

  #kubeconfig(user: string, port: number, token: string): string {
    const cluster = { server: `https://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true }
    return this.#write(
      `${user}.json`,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'cluster', cluster }],
        users: [{ name: user, user: { token } }],
        contexts: [{ name: user, context: { cluster: 'cluster', user } }],
        'current-context': user,
      }),
    )
  }

  #write(name: string, text: string): string {
    const file = join(this.#dir, name)
    writeFileSync(file, text, { mode: 0o600 })
    return file
  }
}

function randomToken(): string {
  return randomBytes(24).toString('hex')
}
