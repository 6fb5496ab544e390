import { join } from 'node:path'
import { type Helm, TOOLS } from '../tools/tools.ts'
import { CHART } from '../tools/values.ts'
import { valuesFile, type Profile } from '../chart/render.ts'
import type { Cluster } from './cluster.ts'

const PATIENCE_SECONDS = 120
const WAIT = ['--wait', '--timeout=150s']

interface Pod {
  metadata: {
    name: string
    uid: string
    deletionTimestamp?: string
    annotations?: Record<string, string>
  }
  spec: {
    nodeName: string
    restartPolicy: string
    volumes: { name: string; emptyDir?: { medium?: string } }[]
  }
}

interface What {
  profile?: Profile
  /** Another chart than that of the checkout, with its own file of values. */
  chart?: string
  valuesFile?: string
  set?: string[]
  /** Further options of Helm. */
  options?: string[]
}

/** Values with which all pods of a component are replaced at once, which makes a roll-out short. */
export const AT_ONCE = ['ingest', 'bridge', 'gateway', 'account', 'edge'].map(
  (component) => `${component}.maxSurge=100%`,
)

/** A release of the chart in a namespace of its own, as Helm manages it. */
export class Release {
  readonly name = 'causeway'
  readonly namespace: string
  readonly cluster: Cluster
  readonly #helm: Helm

  static async open(cluster: Cluster, namespace: string, helm: Helm = 'helm3'): Promise<Release> {
    return new Release(cluster, await cluster.namespace(namespace), helm)
  }

  private constructor(cluster: Cluster, namespace: string, helm: Helm) {
    this.cluster = cluster
    this.namespace = namespace
    this.#helm = helm
  }

  /** Installs or upgrades, and waits until all is ready and what was before is gone. */
  async upgrade(what: What): Promise<void> {
    const { profile = 'small', chart = CHART, set = [], options = [] } = what
    const file = what.valuesFile ?? valuesFile(profile)
    const values = ['--values', file, ...set.flatMap((each) => ['--set', each])]
    await this.helm('upgrade', '--install', this.name, chart, ...values, ...WAIT, ...options)
    await this.#rolledOut()
  }

  /** Goes back to the revision before, and waits in the same way. */
  async rollback(options: string[] = []): Promise<void> {
    await this.helm('rollback', this.name, ...WAIT, ...options)
    await this.#rolledOut()
  }

  helm(...args: string[]): Promise<string> {
    return this.cluster.run(join(TOOLS, this.#helm), [...args, '--namespace', this.namespace])
  }

  kubectl(...args: string[]): Promise<string> {
    return this.cluster.kubectl('--namespace', this.namespace, ...args)
  }

  /** The wanted number of pods of a Deployment. */
  async replicas(component: string): Promise<number> {
    return Number(await this.#deployment(component, '{.spec.replicas}'))
  }

  /** What the controller says about a Deployment. */
  conditions(component: string): Promise<string> {
    return this.#deployment(component, '{.status.conditions[*].message}')
  }

  /** Waits until a Deployment has this many pods that are ready. */
  async ready(component: string, count: number): Promise<void> {
    const ready = `--for=jsonpath={.status.readyReplicas}=${count}`
    const patience = `--timeout=${PATIENCE_SECONDS}s`
    await this.kubectl('wait', `deployment/${this.name}-${component}`, ready, patience)
  }

  /** The pods of a component, or of all, without those that are going. */
  async pods(component?: string): Promise<Pod[]> {
    const label = component && [`--selector=app.kubernetes.io/component=${component}`]
    const pods = await this.cluster.list<Pod>(this.namespace, 'pods', ...(label || []))
    return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  }

  /** The ids of the pods that last; a pod that was replaced has another one. */
  async podIds(): Promise<string[]> {
    const lasting = (await this.pods()).filter(({ spec }) => spec.restartPolicy === 'Always')
    return lasting.map(({ metadata: { uid } }) => uid).toSorted()
  }

  /** The number of Helm's newest record. */
  async revision(): Promise<number> {
    const [{ revision }]: [{ revision: number }] = JSON.parse(
      await this.helm('history', this.name, '--max=1', '--output=json'),
    )
    return revision
  }

  /** Helm 3 waits only until new pods are ready. The old ones go later, and with them what the new ones cannot carry. */
  async #rolledOut(): Promise<void> {
    await this.kubectl('rollout', 'status', 'deployment', `--timeout=${PATIENCE_SECONDS}s`)
  }

  #deployment(component: string, path: string): Promise<string> {
    const name = `${this.name}-${component}`
    return this.kubectl('get', 'deployment', name, `--output=jsonpath=${path}`)
  }
}
