import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { freePort } from './ports.ts'
import { redisAdmin, redisNode, redisShare, redisUrls, replicationLines } from './redis.ts'
import type { Addresses } from './secret.ts'
import type { ServerOptions } from './server.ts'
import type { Supervisor } from './supervisor.ts'
import { until } from './until.ts'

const MASTERS = 3
const SLOTS = 16_384

interface Node {
  port: number
  /** For the nodes among themselves. */
  busPort: number
}

/** A Redis Cluster of `redis-1` to `redis-6`: three masters, and a replica for each. The first node has `options.port`. */
export async function redisCluster(
  supervisor: Supervisor,
  options: ServerOptions,
): Promise<{ url: string; addresses: Addresses }> {
  const share = redisShare(options)
  const nodes: Node[] = []
  for (let count = 0; count < 2 * MASTERS; count++) {
    nodes.push({ port: count === 0 ? options.port : await freePort(), busPort: await freePort() })
  }
  const specs = nodes.map(({ port, busPort }, at) => {
    const name = `${share.name}-${at + 1}`
    const known = `${name}.nodes`
    // The cluster of an earlier run had other ports.
    rmSync(join(share.dir, known), { force: true })
    const more = [
      'cluster-enabled yes',
      `cluster-config-file ${known}`,
      'cluster-node-timeout 1500',
      // Else all logs would wait for the successor of one master.
      'cluster-require-full-coverage no',
      `cluster-port ${busPort}`,
      ...(share.certificate === undefined ? [] : ['tls-cluster yes']),
      ...replicationLines(share),
    ]
    return redisNode(share, { name, port, more })
  })
  await Promise.all(specs.map((spec) => supervisor.start(spec)))
  const admins = nodes.map(({ port }) => redisAdmin(share, port))
  await introduce(admins, nodes).finally(() => admins.forEach((admin) => admin.disconnect()))
  return redisUrls(
    share,
    'cluster',
    nodes.map(({ port }) => port),
  )
}

/** Makes one cluster of nodes that do not know each other. It does what `redis-cli --cluster create` does, without its waits. */
async function introduce(admins: readonly Redis[], nodes: readonly Node[]): Promise<void> {
  const [first, ...others] = admins
  const masters = admins.slice(0, MASTERS)
  const replicas = admins.slice(MASTERS)
  for (const [at, admin] of admins.entries()) await admin.cluster('SET-CONFIG-EPOCH', at + 1)
  for (const [at, master] of masters.entries()) {
    const [begin, end] = [at, at + 1].map((share) => Math.round((share * SLOTS) / MASTERS))
    await master.call('CLUSTER', 'ADDSLOTSRANGE', String(begin), String(Number(end) - 1))
  }
  for (const [at] of others.entries()) {
    const { port, busPort } = nodes[at + 1] ?? { port: 0, busPort: 0 }
    await first?.call('CLUSTER', 'MEET', '127.0.0.1', String(port), String(busPort))
  }
  await until('the nodes of the cluster know each other', () =>
    every(admins, async (admin) => /cluster_known_nodes:6\r/.test(await infoOf(admin))),
  )
  for (const [at, replica] of replicas.entries()) {
    const master = await masters[at]?.cluster('MYID')
    await replica.cluster('REPLICATE', String(master))
  }
  await until('the replicas follow their masters', () =>
    every(replicas, async (replica) => /master_link_status:up/.test(await replica.info())),
  )
  // Each master votes for the successor of another, and must know the replicas for that.
  await until('all slots are served, and each node knows by whom', () =>
    every(admins, async (admin) => {
      const slots = await admin.cluster('SLOTS')
      // Two bounds, a master and a replica.
      const isWhole = slots.length === MASTERS && slots.every((range) => range.length === 4)
      return isWhole && /cluster_state:ok/.test(await infoOf(admin))
    }),
  )
}

function infoOf(admin: Redis): Promise<string> {
  return admin.cluster('INFO')
}

async function every(
  admins: readonly Redis[],
  holds: (admin: Redis) => Promise<boolean>,
): Promise<boolean> {
  const answers = await Promise.all(admins.map(holds))
  return answers.every((answer) => answer)
}
