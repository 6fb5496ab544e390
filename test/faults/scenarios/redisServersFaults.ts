import { Redis } from 'ioredis'
import { RedisKeys } from '../../../contract/redisKeys.ts'
import { TestCluster } from '../../support/testCluster.ts'
import { comesTrue } from '../../support/waitFor.ts'
import { readHead } from '../rig/database.ts'
import type { Scenario, Scene } from '../scenario.ts'
import { freezeFor } from './actions.ts'

const KEYS = new RedisKeys('causeway', 0)
const RATE = 500
const CLUSTER = { redis: ['cluster'] } as const
const BACK_WITHIN_SECONDS = 15

export const redisServersFaults: Scenario[] = [
  {
    id: 'F43',
    title:
      'Sentinel: the Redis master killed under 500 posts/s; a replica without its last second promoted',
    rate: RATE,
    own: { redis: ['sentinel'] },
    run: async (scene) => {
      await loseMaster(scene, 'redis-1', ['redis-2', 'redis-3'])
      await untilLive(scene)
    },
  },
  {
    id: 'F44a',
    title:
      'Redis Cluster: the log’s master killed under 500 posts/s; a replica without its last second promoted',
    rate: RATE,
    own: CLUSTER,
    run: (scene) =>
      withCluster(scene, async (cluster) => {
        const { owner, replica } = await cluster.placeOf(KEYS.watermark)
        await loseMaster(scene, owner, [replica])
        await untilLive(scene)
      }),
  },
  {
    id: 'F44b',
    title:
      'Redis Cluster: the log’s slot moved under 500 posts/s, 3 times, once with a pause of 2 s halfway',
    rate: RATE,
    own: CLUSTER,
    run: (scene) =>
      withCluster(scene, async (cluster) => {
        for (const pause of [0, 2, 0]) {
          await cluster.moveSlot(KEYS.watermark, () => scene.seconds(pause))
          await untilLive(scene)
          await scene.seconds(1)
        }
      }),
  },
  {
    id: 'F44c',
    title: 'Redis Cluster: the log’s master frozen for 8 s; its replica takes over',
    own: CLUSTER,
    run: (scene) =>
      withCluster(scene, async (cluster) => {
        const { owner } = await cluster.placeOf(KEYS.watermark)
        await freezeFor(scene, [owner], 8)
      }),
  },
  {
    id: 'F44d',
    title:
      'Redis Cluster: the two other masters and all replicas frozen for 6 s; the log’s master is a minority',
    own: CLUSTER,
    run: (scene) =>
      withCluster(scene, async (cluster) => {
        const { others } = await cluster.placeOf(KEYS.watermark)
        await freezeFor(scene, others, 6)
      }),
  },
]

async function withCluster(
  { rig }: Scene,
  act: (cluster: TestCluster) => Promise<void>,
): Promise<void> {
  const cluster = new TestCluster(rig.stack.redisUrl)
  await act(cluster).finally(() => cluster.close())
}

/** Kills a master whose replicas have not got what it has taken for a second, and starts it again when one of them has its place. */
async function loseMaster(
  scene: Scene,
  master: string,
  replicas: readonly string[],
): Promise<void> {
  const { rig, seconds } = scene
  const nodes = replicas.map((name) => new Redis(rig.child(name).url ?? ''))
  try {
    for (const node of nodes) await cutOff(node)
    await seconds(1)
    const { epoch, position } = await readHead(rig.databaseUrl)
    await rig.child(master).stop('SIGKILL')
    const reached = Math.max(...(await Promise.all(nodes.map((node) => positionIn(node, epoch)))))
    scene.expect(reached < position, 'the replicas lacked nothing')
    scene.note(`messages that the promoted replica lacked: ${position - reached}`)
    for (const node of nodes) await node.config('SET', 'masterauth', masterPassword(scene))
    const isPromoted = async () => {
      const roles = await Promise.all(nodes.map((node) => node.info('replication')))
      return roles.some((role) => role.includes('role:master'))
    }
    scene.expect(await comesTrue(isPromoted, BACK_WITHIN_SECONDS), 'no replica was promoted')
    await rig.child(master).start()
  } finally {
    for (const node of nodes) node.disconnect()
  }
}

/** The replica cannot sign in to its master any more; it stays up, and serves. */
async function cutOff(replica: Redis): Promise<void> {
  await replica.config('SET', 'masterauth', 'wrong')
  await replica.call('CLIENT', 'KILL', 'TYPE', 'MASTER')
}

function masterPassword({ rig }: Scene): string {
  return new URL(rig.child('redis-1').url ?? '').password
}

/** The position up to which a replica has the log. */
async function positionIn(replica: Redis, epoch: string): Promise<number> {
  // A replica of a cluster answers only who asks for it.
  await replica.readonly().catch(() => {})
  const [, position] = / (\d+) \S+ \d+$/.exec((await replica.get(KEYS.extent(epoch))) ?? '') ?? []
  return Number(position ?? 0)
}

/** Waits until all gateways get the log over Redis again. */
async function untilLive(scene: Scene): Promise<void> {
  const { rig } = scene
  const count = rig.children('gateway').length
  const areLive = async () => (await rig.sumMetric('gateway', 'causeway_gateway_live')) === count
  scene.expect(
    await comesTrue(areLive, BACK_WITHIN_SECONDS),
    'a gateway does not come back to Redis',
  )
}
