import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { waitFor } from '../../support/waitFor.ts'
import { freePort } from '../../../stack/ports.ts'
import { makeCertificate } from '../tls/certificate.ts'
import type { Cluster } from './cluster.ts'

const GROUP = 'custom.metrics.k8s.io'
const VERSION = 'v1beta2'
const METRIC = 'causeway_gateway_streams'
const API_SERVICE = `${VERSION}.${GROUP}`
const NAMESPACE = 'custom-metrics'

/** Stands for prometheus-adapter: an API of the cluster that says how many streams each pod has. */
export class MetricsApi {
  /** All streams; each pod that is asked for has the same share. */
  streams = 0
  mode: 'serving' | 'failing' | 'empty' = 'serving'
  readonly #cluster: Cluster
  readonly #of: string
  readonly #server: Server

  /** It knows the pods of one namespace only: autoscalers of other tests get no metric. */
  static async start(cluster: Cluster, of: string): Promise<MetricsApi> {
    const folder = mkdtempSync(join(tmpdir(), 'causeway-metrics-'))
    const certificate = makeCertificate(join(folder, 'server'), 'DNS:localhost')
    rmSync(folder, { recursive: true })
    const api = new MetricsApi(cluster, of, certificate)
    const port = await freePort()
    api.#server.listen(port, '127.0.0.1')
    await once(api.#server, 'listening')
    await cluster.namespace(NAMESPACE)
    const namespace = NAMESPACE
    await cluster.apply([
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'metrics', namespace },
        spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] },
      },
      {
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        metadata: { name: API_SERVICE },
        spec: {
          group: GROUP,
          version: VERSION,
          service: { name: 'metrics', namespace, port },
          insecureSkipTLSVerify: true,
          groupPriorityMinimum: 100,
          versionPriority: 100,
        },
      },
    ])
    await waitFor(() => api.#isServed(), 30, 250)
    return api
  }

  private constructor(cluster: Cluster, of: string, certificate: { key: Buffer; cert: Buffer }) {
    this.#cluster = cluster
    this.#of = of
    this.#server = createServer(certificate, (request, response) => {
      void this.#respond(new URL(request.url ?? '/', 'https://localhost'), response)
    })
  }

  async stop(): Promise<void> {
    await this.#cluster.kubectl('delete', 'apiservice', API_SERVICE)
    this.#server.closeAllConnections()
    this.#server.close()
  }

  async #isServed(): Promise<boolean> {
    try {
      await this.#cluster.kubectl('get', '--raw', `/apis/${GROUP}/${VERSION}`)
      return true
    } catch {
      return false
    }
  }

  async #respond(url: URL, response: ServerResponse): Promise<void> {
    // A question that the cluster does not answer is one more failure of this API.
    const { status, body } = await this.#answer(url).catch(() => ({ status: 500, body: {} }))
    response.writeHead(status, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify(body))
  }

  async #answer(url: URL): Promise<{ status: number; body: unknown }> {
    const root = `/apis/${GROUP}/${VERSION}`
    if (url.pathname === root) return { status: 200, body: resources() }
    // The controller sends the asterisk encoded.
    const path = decodeURIComponent(url.pathname)
    if (path !== `${root}/namespaces/${this.#of}/pods/*/${METRIC}`) return { status: 404, body: {} }
    if (this.mode === 'failing') return { status: 503, body: {} }
    const selector = url.searchParams.get('labelSelector') ?? ''
    const pods = this.mode === 'empty' ? [] : await this.#pods(selector)
    return { status: 200, body: metrics(this.#of, pods, this.streams) }
  }

  async #pods(selector: string): Promise<string[]> {
    const pods = await this.#cluster.list(this.#of, 'pods', '--selector', selector)
    return pods.map(({ metadata }) => metadata.name)
  }
}

function resources(): object {
  const pods = { name: `pods/${METRIC}`, namespaced: true, kind: 'MetricValueList', verbs: ['get'] }
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: `${GROUP}/${VERSION}`,
    resources: [{ ...pods, singularName: '' }],
  }
}

function metrics(namespace: string, pods: readonly string[], streams: number): object {
  const items = pods.map((name) => ({
    describedObject: { kind: 'Pod', namespace, name, apiVersion: 'v1' },
    metric: { name: METRIC, selector: null },
    timestamp: new Date().toISOString(),
    // In thousandths and rounded down: the sum may not ask for one pod more.
    value: `${Math.floor((streams * 1_000) / pods.length)}m`,
  }))
  return { kind: 'MetricValueList', apiVersion: `${GROUP}/${VERSION}`, metadata: {}, items }
}
