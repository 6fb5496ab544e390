import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Child } from '../../stack/child.ts'
import { freePort } from '../../stack/ports.ts'
import { nginx } from '../../stack/nginx.ts'
import { readMetric } from '../../stack/readMetric.ts'
import { Service } from '../../test/deploy/slow/service.ts'
import { untilLive } from '../peers/gateway.ts'
import type { Testbed } from '../testbed.ts'
import { Headless } from './headless.ts'

/** How the edge chooses a gateway: by chance, as a Service with one address does, or by its own least connections. */
export type Choice = 'random' | 'least'

interface Gateway {
  child: Child
  metricsUrl: string
  /** As the endpoints have it. */
  address: string
}

/** Like the chart's, but shorter, as there is no image to pull: a pod is ready for so long before an old one goes. */
const MIN_READY_MS = 5_000
const PRE_STOP_MS = 2_000
const DRAIN_SECONDS = 10

/** nginx since 1.27.3 follows a name's addresses. */
export function canResolve(): boolean {
  const [, minor = '0', patch = '0'] =
    /nginx\/1\.(\d+)\.(\d+)/.exec(
      execFileSync('sh', ['-c', 'nginx -v 2>&1'], { encoding: 'utf8' }),
    ) ?? []
  return Number(minor) > 27 || (Number(minor) === 27 && Number(patch) >= 3)
}

/** A whole system whose gateways come and go behind one nginx, as pods do. */
export class SpreadRig {
  readonly gateways: Gateway[] = []
  readonly port: number
  /** Of the ingest, without nginx: that ends a connection after a thousand requests. */
  ingestPort = 0
  readonly #testbed: Testbed
  readonly #prefix: string
  readonly #choice: Choice
  readonly #helpers: Child[] = []
  readonly #service: Service
  readonly #names: Headless
  readonly #gatewayPort: number
  #started = 0
  readonly #leaving: Promise<void>[] = []

  static async open(testbed: Testbed, choice: Choice, count: number): Promise<SpreadRig> {
    const [service, names] = await Promise.all([Service.open(), Headless.open()])
    const [port, gatewayPort] = [await freePort(), await freePort()]
    const rig = new SpreadRig(testbed, choice, { port, gatewayPort, service, names })
    await rig.#begin(count)
    return rig
  }

  private constructor(
    testbed: Testbed,
    choice: Choice,
    parts: { port: number; gatewayPort: number; service: Service; names: Headless },
  ) {
    this.#testbed = testbed
    this.#choice = choice
    this.port = parts.port
    this.#gatewayPort = parts.gatewayPort
    this.#service = parts.service
    this.#names = parts.names
    this.#prefix = testbed.fresh('spread')
  }

  async #begin(count: number): Promise<void> {
    const testbed = this.#testbed
    const [ingest, bridge] = await Promise.all([
      testbed.service('ingest', this.#prefix),
      testbed.service('bridge', this.#prefix),
    ])
    this.ingestPort = ingest.port
    this.#helpers.push(...(await Promise.all([ingest, bridge].map((spec) => testbed.start(spec)))))
    await this.grow(count)
    const dir = testbed.folder(this.#prefix)
    const accessLog = `${dir}-access.log`
    writeFileSync(accessLog, '')
    const edge = nginx({
      dir,
      host: '127.0.0.1',
      port: this.port,
      statusPort: await freePort(),
      accessLog,
      ingestPorts: [ingest.port],
      gatewayPorts: [],
      gatewayServers: this.#servers(),
    })
    this.#helpers.push(await testbed.start(edge))
  }

  /** Lines of the upstream, as the chart writes them. */
  #servers(): string {
    if (this.#choice === 'random') {
      const line = `server 127.0.0.1:${this.#service.port} max_fails=0;`
      return `${line}\n    ${line}`
    }
    return (
      `resolver 127.0.0.1:${this.#names.port} valid=1s ipv6=off;\n    ` +
      `server gateways.test:${this.#gatewayPort} max_fails=0 resolve;`
    )
  }

  /** Starts gateways, all at once, and lets them take streams when they are ready. */
  async grow(count: number): Promise<void> {
    const many = Array.from({ length: count }, () => this.#start())
    this.gateways.push(...(await Promise.all(many)))
  }

  async #start(): Promise<Gateway> {
    const testbed = this.#testbed
    const address = `127.0.1.${++this.#started}`
    const own = this.#choice === 'least' ? { HOST: address, PORT: String(this.#gatewayPort) } : {}
    const spec = await testbed.service('gateway', this.#prefix, {
      ...own,
      LIMITS_REDIS_URL: testbed.urls.addresses['LIMITS_REDIS_URL'] ?? testbed.urls.redisUrl,
      DRAIN_SECONDS: String(DRAIN_SECONDS),
    })
    const child = await testbed.start(spec)
    const { metricsUrl = '' } = spec
    await untilLive(metricsUrl)
    const endpoint = this.#choice === 'least' ? address : String(spec.port)
    this.#endpoints.add(endpoint)
    return { child, metricsUrl, address: endpoint }
  }

  /** Deletes the oldest gateways: they get no new streams, and SIGTERM after the preStop. Resolves before they have drained. */
  shrink(count: number): void {
    for (const gateway of this.gateways.splice(0, count)) {
      this.#endpoints.remove(gateway.address)
      this.#leaving.push(sleep(PRE_STOP_MS).then(() => gateway.child.stop()))
    }
  }

  /**
   * A rolling update: `surge` new gateways at a time are ready for a while, then as many old ones go. As in Kubernetes, the next new
   * ones begin while these still drain.
   */
  async roll(surge: number): Promise<void> {
    for (let left = this.gateways.length; left > 0; left -= surge) {
      await this.grow(Math.min(surge, left))
      await sleep(MIN_READY_MS)
      this.shrink(Math.min(surge, left))
    }
    await Promise.all(this.#leaving)
  }

  get #endpoints(): { add: (address: string) => void; remove: (address: string) => void } {
    const service = this.#service
    return this.#choice === 'least'
      ? this.#names
      : {
          add: (address) => service.add(Number(address)),
          remove: (address) => service.remove(Number(address)),
        }
  }

  /** Open streams of each gateway that stays. */
  counts(): Promise<number[]> {
    return Promise.all(
      this.gateways.map(({ metricsUrl }) => readMetric(metricsUrl, 'causeway_gateway_streams')),
    )
  }

  /** Streams that moved so far, of the gateways that stay. */
  async moved(): Promise<number> {
    const each = await Promise.all(
      this.gateways.map(({ metricsUrl }) =>
        readMetric(metricsUrl, 'causeway_gateway_stream_ends_total', 'reason="moved"'),
      ),
    )
    return each.reduce((sum, count) => sum + count, 0)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#leaving, ...this.gateways.map(({ child }) => child.stop())])
    await Promise.all(this.#helpers.toReversed().map((child) => child.stop()))
    this.#service.close()
    this.#names.close()
  }
}
