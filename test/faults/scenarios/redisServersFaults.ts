import { RedisKeys } from '../../../contract/redisKeys.ts'
import { lackOfPartitions } from '../rig/partition.ts'
import type { Scenario } from '../scenario.ts'
import { freezeFor } from './actions.ts'
import { divideMaster, loseMaster, untilLive, withCluster } from './redisServers.ts'

const KEYS = new RedisKeys('causeway', 0)
const RATE = 500
const CLUSTER = { redis: ['cluster'] } as const

export const redisServersFaults: Scenario[] = [
  {
    id: 'F43',
    title:
      'Sentinel: the Redis master killed under 500 posts/s; a replica without its last second promoted',
    rate: RATE,
    own: { redis: ['sentinel'] },
    run: async (scene) => {
      await loseMaster(scene, 0, 'redis-1', ['redis-2', 'redis-3'])
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
        await loseMaster(scene, 0, owner, [replica])
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
  {
    id: 'F44e',
    title:
      'Redis Cluster partitioned: the log’s master alone, reached by clients; its replica takes over on the other side',
    rate: RATE,
    own: CLUSTER,
    skip: lackOfPartitions,
    run: (scene) =>
      withCluster(scene, async (cluster) => {
        await divideMaster(scene, await cluster.placeOf(KEYS.watermark))
        await untilLive(scene)
      }),
  },
]
