import { execFileSync } from 'node:child_process'
import { Redis } from 'ioredis'
import { waitFor } from '../../support/waitFor.ts'
import type { Child } from '../../../stack/child.ts'

const CHAIN = `causeway-${process.pid}`
const WHOLE_WITHIN_SECONDS = 60

interface Node {
  name: string
  redis: Redis
  /** Its connections to other nodes come from here; those of clients come from 127.0.0.1. */
  source: string
  /** For clients and replicas, and for the other nodes. */
  ports: [port: string, busPort: string]
}

/**
 * A partition between the nodes of a Redis Cluster: the kernel drops packets from one side to the other. All nodes go on, and clients
 * reach both sides. Needs root. Close it.
 */
export class Partition {
  readonly #nodes: readonly Node[]

  /** Gives each node an address of its own towards the others: without it they could not be told from clients. */
  static async prepare(children: readonly Child[]): Promise<Partition> {
    const nodes = await Promise.all(children.map((child, at) => openNode(child, at)))
    const partition = new Partition(nodes)
    iptables('-N', CHAIN)
    iptables('-I', 'INPUT', '-i', 'lo', '-p', 'tcp', '-j', CHAIN)
    // The nodes make their connections again, from their own addresses.
    for (const { ports } of nodes) {
      rule('-s', '127.0.0.1', '--dport', ports[1], '-j', 'REJECT', '--reject-with', 'tcp-reset')
    }
    for (const { redis } of nodes) await redis.call('CLIENT', 'KILL', 'TYPE', 'MASTER')
    await waitFor(() => partition.#isWhole(), WHOLE_WITHIN_SECONDS, 200)
    return partition
  }

  private constructor(nodes: readonly Node[]) {
    this.#nodes = nodes
  }

  /** Divides these nodes from all others. */
  divide(names: readonly string[]): void {
    const [here, there] = [true, false].map((isHere) =>
      this.#nodes.filter(({ name }) => names.includes(name) === isHere),
    )
    for (const from of this.#nodes) {
      const others = (here?.includes(from) === true ? there : here) ?? []
      for (const { ports } of others) {
        for (const port of ports) rule('-s', from.source, '--dport', port, '-j', 'DROP')
      }
    }
  }

  /** Lets all nodes reach each other again. */
  heal(): void {
    iptables('-F', CHAIN)
  }

  close(): void {
    iptables('-D', 'INPUT', '-i', 'lo', '-p', 'tcp', '-j', CHAIN)
    iptables('-F', CHAIN)
    iptables('-X', CHAIN)
    for (const { redis } of this.#nodes) redis.disconnect()
  }

  /** Whether each node has connections to all others from its own address, and the replicas follow. */
  async #isWhole(): Promise<boolean> {
    const areWhole = await Promise.all(
      this.#nodes.map(async ({ redis }) => {
        const [info, replication] = [await redis.cluster('INFO'), await redis.info('replication')]
        const follows = /role:master|master_link_status:up/.test(replication)
        return follows && /cluster_state:ok/.test(info) && /cluster_slots_pfail:0/.test(info)
      }),
    )
    return areWhole.every(Boolean)
  }
}

/** Why the kernel can divide nothing here. */
export function lackOfPartitions(): string | undefined {
  if (process.getuid?.() !== 0) return 'dropping packets needs root'
  try {
    iptables('-L', 'INPUT', '-n')
    return undefined
  } catch {
    return 'iptables does not work here (Debian: apt-get install iptables)'
  }
}

async function openNode({ name, url = '' }: Child, at: number): Promise<Node> {
  const redis = new Redis(url)
  redis.on('error', () => {})
  const source = `127.0.2.${at + 1}`
  // Else the others would take its new address for the one that clients reach it at.
  await redis.config('SET', 'cluster-announce-ip', '127.0.0.1')
  await redis.config('SET', 'bind-source-addr', source)
  const lines = String(await redis.cluster('NODES'))
  const [, port = '', busPort = ''] = /:(\d+)@(\d+)[^ ]* [^ ]*myself/.exec(lines) ?? []
  return { name, redis, source, ports: [port, busPort] }
}

function rule(...words: string[]): void {
  iptables('-A', CHAIN, '-p', 'tcp', ...words)
}

function iptables(...words: string[]): void {
  execFileSync('iptables', ['-w', ...words], { stdio: 'ignore' })
}
