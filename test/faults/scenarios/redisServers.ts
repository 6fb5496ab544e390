import { Redis } from 'ioredis'
import { RedisKeys } from '../../../contract/redisKeys.ts'
import { TestCluster } from '../../support/testCluster.ts'
import { comesTrue, waitFor } from '../../support/waitFor.ts'
import { readHead } from '../rig/database.ts'
import { Partition } from '../rig/partition.ts'
import type { Scene } from '../scenario.ts'

/** On any machine. */
const BACK_WITHIN_SECONDS = 60
/** Messages that a log must have gained since its replica gets none. */
const LACKING = 20
const LACKING_WITHIN_SECONDS = 60

/** For the administrator of the first Redis, which is a cluster. */
export async function withCluster(
  { rig }: Scene,
  act: (cluster: TestCluster) => Promise<void>,
): Promise<void> {
  const cluster = new TestCluster(rig.stack.redisUrl)
  await act(cluster).finally(() => cluster.close())
}

/**
 * Divides the master of a log from all other nodes. It goes on, and clients reach it as before; on the other side its replica takes its
 * place. So for a while there are two.
 */
export async function divideMaster(
  scene: Scene,
  { owner, replica }: { owner: string; replica: string },
): Promise<void> {
  const { rig, seconds } = scene
  const nodes = rig.children('redis').filter(({ name }) => /^redis-[1-6]$/.test(name))
  const partition = await Partition.prepare(nodes)
  const [old, next] = [owner, replica].map((name) => new Redis(rig.child(name).url ?? ''))
  try {
    partition.divide([owner])
    const isPromoted = async () => isMaster(next)
    scene.expect(await comesTrue(isPromoted, BACK_WITHIN_SECONDS), 'no replica was promoted')
    scene.expect(await isMaster(old), 'the divided master knows of the other one')
    await seconds(4)
    partition.heal()
  } finally {
    partition.close()
    for (const node of [old, next]) node?.disconnect()
  }
}

async function isMaster(node: Redis | undefined): Promise<boolean> {
  return (await node?.info('replication'))?.includes('role:master') === true
}

/** Kills the master of a log, whose replicas have not got what it has taken for a second, and starts it again when one of them has its place. */
export async function loseMaster(
  scene: Scene,
  log: number,
  master: string,
  replicas: readonly string[],
): Promise<void> {
  const { rig, seconds } = scene
  const nodes = replicas.map((name) => new Redis(rig.child(name).url ?? ''))
  try {
    for (const node of nodes) await cutOff(node)
    await seconds(1)
    const head = () => readHead(rig.logs.databaseUrlOf(log), log)
    const { position: had } = await head()
    // A busy machine may take no post for longer than that second.
    const hasGained = async () => (await head()).position >= had + LACKING
    await waitFor(hasGained, LACKING_WITHIN_SECONDS, 100)
    const { epoch, position } = await head()
    await rig.child(master).stop('SIGKILL')
    const reached = Math.max(
      ...(await Promise.all(nodes.map((node) => positionIn(node, log, epoch)))),
    )
    scene.expect(reached < position, 'the replicas lacked nothing')
    scene.note(`messages that the promoted replica lacked: ${position - reached}`)
    for (const node of nodes) await node.config('SET', 'masterauth', passwordOf(scene, master))
    const isPromoted = async () => (await Promise.all(nodes.map(isMaster))).includes(true)
    scene.expect(await comesTrue(isPromoted, BACK_WITHIN_SECONDS), 'no replica was promoted')
    await rig.child(master).start()
  } finally {
    for (const node of nodes) node.disconnect()
  }
}

/** The replica cannot sign in to its master any more; it stays up, and serves. */
async function cutOff(replica: Redis): Promise<void> {
  await replica.config('SET', 'masterauth', 'wrong')
  // In a cluster a replica that has been without its master for 25 s would not take its place: on a busy machine it takes as long.
  await replica.config('SET', 'cluster-replica-validity-factor', 0)
  await replica.call('CLIENT', 'KILL', 'TYPE', 'MASTER')
}

function passwordOf({ rig }: Scene, server: string): string {
  return new URL(rig.child(server).url ?? '').password
}

/** The position up to which a replica has the log. */
async function positionIn(replica: Redis, log: number, epoch: string): Promise<number> {
  // A replica of a cluster answers only who asks for it.
  await replica.readonly().catch(() => {})
  const [, position] =
    / (\d+) \S+ \d+$/.exec(
      (await replica.get(new RedisKeys('causeway', log).extent(epoch))) ?? '',
    ) ?? []
  return Number(position ?? 0)
}

/** Waits until all gateways get all logs over Redis again. */
export async function untilLive(scene: Scene): Promise<void> {
  const { rig } = scene
  const count = rig.children('gateway').length
  const areLive = async () => (await rig.sumMetric('gateway', 'causeway_gateway_live')) === count
  scene.expect(
    await comesTrue(areLive, BACK_WITHIN_SECONDS),
    'a gateway does not come back to Redis',
  )
}
