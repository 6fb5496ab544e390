import { execFile, spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import type { KubernetesObject } from '../chart/render.ts'
import { partPath } from './paths.ts'

const execute = promisify(execFile)
/** No step of a test takes longer. */
const WITHIN_MS = 240_000

/** Talks to the API server as one user. Nothing here blocks, because this process also serves metrics to the cluster. */
export class Cluster {
  readonly env: NodeJS.ProcessEnv
  readonly #namespaces: string[] = []

  constructor(kubeconfig: string) {
    this.env = { ...process.env, KUBECONFIG: kubeconfig }
  }

  /** Resolves to standard output; rejects with standard error. */
  async run(program: string, args: readonly string[]): Promise<string> {
    const options = { env: this.env, timeout: WITHIN_MS, maxBuffer: 64 * 1_048_576 }
    const { stdout } = await execute(program, args, options)
    return stdout
  }

  kubectl(...args: string[]): Promise<string> {
    return this.run(partPath('kubectl'), args)
  }

  /** The same with text on standard input; resolves to standard output and standard error. */
  async kubectlWith(input: string, ...args: string[]): Promise<string> {
    const child = spawn(partPath('kubectl'), args, { env: this.env, timeout: WITHIN_MS })
    child.stdin.end(input)
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
    if ((await ended) === 0) return out + err
    throw new Error(`kubectl ${args.join(' ')}: ${err}`)
  }

  async apply(objects: readonly object[]): Promise<void> {
    const list = { apiVersion: 'v1', kind: 'List', items: objects }
    await this.kubectlWith(JSON.stringify(list), 'apply', '--server-side', '--filename=-')
  }

  /** The objects of a kind, such as `deployments`, in a namespace. */
  async list<T = KubernetesObject>(
    namespace: string,
    kind: string,
    ...options: string[]
  ): Promise<T[]> {
    const where = ['--namespace', namespace, '--output=json']
    const { items }: { items: T[] } = JSON.parse(
      await this.kubectl('get', kind, ...where, ...options),
    )
    return items
  }

  /** A namespace for one test, whose pods must fulfil the strictest standard. */
  async namespace(name: string): Promise<string> {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
    await this.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }])
    this.#namespaces.push(name)
    return name
  }

  /** Deletes the namespaces that were made here, with all that is in them, and waits until their pods are gone. */
  async clean(): Promise<void> {
    const names = this.#namespaces.splice(0)
    if (names.length === 0) return
    await this.kubectl('delete', 'namespace', ...names, '--wait=false')
    const gone = ['wait', '--for=delete', 'pod', '--all', '--timeout=60s']
    for (const name of names) await this.kubectl(...gone, '--namespace', name)
  }
}
