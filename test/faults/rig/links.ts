import { freePort } from '../../../stack/ports.ts'
import type { ServerUrls } from '../../../stack/servers.ts'
import type { ServiceRole } from '../../../stack/service.ts'
import type { Random } from '../../model/random.ts'
import { Proxy } from './proxy.ts'

type ServerName = 'postgres' | 'redis' | 'mqtt'

/** The servers that each service connects to. */
const LINKS: Record<ServiceRole, ServerName[]> = {
  ingest: ['postgres', 'mqtt'],
  bridge: ['postgres', 'mqtt', 'redis'],
  gateway: ['postgres', 'redis'],
  account: ['postgres'],
}

/** A proxy on every link of every process: `gateway-1>redis`, `clients>gateway-1`. */
export class Links {
  readonly #proxies = new Map<string, Proxy>()
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /** Opens the links of the services, before these start. */
  async openServices(
    counts: Record<ServiceRole, number>,
    ports: Record<ServerName, number>,
  ): Promise<void> {
    for (const role of ['ingest', 'bridge', 'gateway'] as const) {
      for (let index = 1; index <= counts[role]; index++) {
        for (const server of LINKS[role]) {
          await this.open(`${role}-${index}>${server}`, ports[server])
        }
      }
    }
  }

  /** Opens the link to a service or the edge, and returns the address to use. */
  async openEntrance(name: string, url: string): Promise<string> {
    const { port } = await this.open(`clients>${name}`, Number(new URL(url).port))
    return `http://127.0.0.1:${port}`
  }

  /** Opens a link named `from>to`. */
  async open(name: string, targetPort: number): Promise<Proxy> {
    const proxy = new Proxy({ name, port: await freePort(), targetPort, random: this.#random })
    await proxy.open()
    this.#proxies.set(name, proxy)
    return proxy
  }

  /** The environment that leads a service through its proxies. */
  environment(role: ServiceRole, index: number, urls: ServerUrls): NodeJS.ProcessEnv {
    const through = (server: ServerName, url: string) => {
      // Several servers tell the services each other's own addresses.
      if (!LINKS[role].includes(server) || /[+,]/.test(url)) return {}
      const changed = new URL(url)
      changed.port = String(this.get(`${role}-${index}>${server}`).port)
      const variable = { postgres: 'DATABASE_URL', redis: 'REDIS_URL', mqtt: 'MQTT_URL' }[server]
      return { [variable]: changed.href }
    }
    return {
      ...through('postgres', urls.databaseUrl),
      ...through('redis', urls.redisUrl),
      ...through('mqtt', urls.mqttUrl),
    }
  }

  get(name: string): Proxy {
    const proxy = this.#proxies.get(name)
    if (proxy === undefined) throw new Error(`there is no link ${name}`)
    return proxy
  }

  /** All links with a matching name, such as `/^bridge.*>redis/`. */
  matching(pattern: RegExp): Proxy[] {
    return [...this.#proxies.values()].filter(({ name }) => pattern.test(name))
  }

  async pass(): Promise<void> {
    await Promise.all(this.matching(/./).map((proxy) => proxy.set({ kind: 'pass' })))
  }

  async close(): Promise<void> {
    await Promise.all(this.matching(/./).map((proxy) => proxy.close()))
  }
}
