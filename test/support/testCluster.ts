import { Redis } from 'ioredis'
import { credentialsOf, type Host, parseAddress } from '../../chassis/address.ts'

/** The administrator of a Redis Cluster. It does by hand what the tools of Redis do. */
export class TestCluster {
  readonly #nodes: { host: Host; redis: Redis }[]
  readonly #credentials: { username: string; password: string }

  /** By the administrator's address of all nodes. */
  constructor(url: string) {
    const address = parseAddress(url, 6_379)
    if (address === undefined) throw new Error('no address of a cluster')
    this.#credentials = credentialsOf(address.url)
    this.#nodes = address.hosts.map((host) => {
      const redis = new Redis({ ...host, ...this.#credentials })
      // Tests end nodes.
      redis.on('error', () => {})
      return { host, redis }
    })
  }

  close(): void {
    for (const { redis } of this.#nodes) redis.disconnect()
  }

  /** The names of the processes that have the key's slot, and of all that do not serve it. The node that is asked must be up. */
  async placeOf(
    key: string,
    asked = 0,
  ): Promise<{ owner: string; replica: string; others: string[] }> {
    const [owner, replica] = await this.#serversOf(key, asked)
    const names = this.#nodes.map((_, at) => `redis-${at + 1}`)
    return {
      owner: names[owner] ?? '',
      replica: names[replica] ?? '',
      others: names.filter((_, at) => at !== owner),
    }
  }

  /** Whether all nodes are up, and each master has its replica. */
  async isWhole(): Promise<boolean> {
    const roles = await Promise.all(
      this.#nodes.map(({ redis }) => redis.info('replication').catch(() => '')),
    )
    return roles.every((role) => /connected_slaves:1\r|master_link_status:up/.test(role))
  }

  /** Moves the key's slot with all of its keys to another master, as `redis-cli --cluster reshard` does. `meanwhile`: half way. */
  async moveSlot(key: string, meanwhile: () => Promise<void> = async () => {}): Promise<void> {
    const [from] = await this.#serversOf(key)
    const roles = await Promise.all(this.#nodes.map(({ redis }) => redis.info('replication')))
    const to = roles.findIndex((role, at) => at !== from && role.includes('role:master'))
    const [source, target] = [this.#nodes[from], this.#nodes[to]]
    if (source === undefined || target === undefined) throw new Error('there is no other master')
    const slot = String(await source.redis.cluster('KEYSLOT', key))
    const [sourceId, targetId] = await Promise.all(
      [source, target].map(({ redis }) => redis.cluster('MYID').then(String)),
    )
    await target.redis.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', String(sourceId))
    await source.redis.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', String(targetId))
    await meanwhile()
    await this.#moveKeys(source.redis, slot, target.host)
    for (const { redis } of [target, source]) {
      await redis.call('CLUSTER', 'SETSLOT', slot, 'NODE', String(targetId))
    }
  }

  async #moveKeys(source: Redis, slot: string, { host, port }: Host): Promise<void> {
    const { username, password } = this.#credentials
    for (;;) {
      const keys = await source.call('CLUSTER', 'GETKEYSINSLOT', slot, '100')
      if (!Array.isArray(keys) || keys.length === 0) return
      const auth = ['AUTH2', username, password]
      await source.call('MIGRATE', host, port, '', 0, 5_000, ...auth, 'KEYS', ...keys.map(String))
    }
  }

  /** The indexes of the master and of its replica; -1 if there is none. */
  async #serversOf(key: string, asked = 0): Promise<[master: number, replica: number]> {
    const { redis } = this.#nodes[asked] ?? {}
    const slot = Number(await redis?.cluster('KEYSLOT', key))
    const ranges = (await redis?.cluster('SLOTS')) ?? []
    const range = ranges.find(([first, last]) => first <= slot && slot <= last) ?? []
    const indexOf = (server: unknown): number =>
      this.#nodes.findIndex(({ host }) => Array.isArray(server) && host.port === server[1])
    const master = indexOf(range[2])
    if (master === -1) throw new Error(`nobody has the slot of ${key}`)
    return [master, indexOf(range[3])]
  }
}
