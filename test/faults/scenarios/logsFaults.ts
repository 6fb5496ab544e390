import { RedisKeys } from '../../../contract/redisKeys.ts'
import type { TestCluster } from '../../support/testCluster.ts'
import type { Scenario, Scene } from '../scenario.ts'
import { freezeFor, killFor } from './actions.ts'
import { loseMaster, untilLive, withCluster } from './redisServers.ts'

const RATE = 200

/** Two bridges serve the logs of each broker. */
const BRIDGES = {
  bridges: 4,
  env: (name: string): NodeJS.ProcessEnv =>
    name.startsWith('bridge') ? { LOGS: /[12]$/.test(name) ? '0,1' : '2,3' } : {},
}
/** Logs 1 and 3 are on the second Postgres, 2 and 3 on the second broker; all on one cluster. */
const CLUSTER = { logs: 4, postgres: 2, brokers: 2, redis: ['cluster'], ...BRIDGES } as const
/** The same, but logs 2 and 3 are on a Redis with Sentinels. */
const BOTH = { ...CLUSTER, redis: ['cluster', 'sentinel'] } as const

const keyOf = (log: number): string => new RedisKeys('causeway', log).watermark

export const logsFaults: Scenario[] = [
  {
    id: 'F50a',
    title:
      '4 logs: one’s master in the Redis Cluster killed under 200 posts/s; a replica without its last second promoted',
    rate: RATE,
    own: CLUSTER,
    run: (scene) =>
      withCluster(scene, async (cluster) => {
        const { owner, replica } = await cluster.placeOf(keyOf(0))
        scene.strikes(await logsOf(scene, cluster, owner))
        await loseMaster(scene, 0, owner, [replica])
        await untilLive(scene)
      }),
  },
  {
    id: 'F50b',
    title: '4 logs: one’s slot in the Redis Cluster moved under 200 posts/s, 3 times',
    rate: RATE,
    own: CLUSTER,
    run: (scene) =>
      withCluster(scene, async (cluster) => {
        scene.strikes([1])
        for (const pause of [0, 2, 0]) {
          await cluster.moveSlot(keyOf(1), () => scene.seconds(pause))
          await untilLive(scene)
          await scene.seconds(1)
        }
      }),
  },
  {
    id: 'F50c',
    title:
      '4 logs, 2 of them in a Redis Cluster of which one’s master is a minority for 6 s: all other nodes frozen',
    rate: RATE,
    own: BOTH,
    run: (scene) =>
      withCluster(scene, async (cluster) => {
        scene.strikes(scene.rig.logs.on('redis'))
        const { others } = await cluster.placeOf(keyOf(0))
        await freezeFor(scene, others, 6)
      }),
  },
  {
    id: 'F50d',
    title:
      '4 logs, 2 of them in a Redis with Sentinels, whose master is killed under 200 posts/s; a replica without its last second promoted',
    rate: RATE,
    own: BOTH,
    run: async (scene) => {
      scene.strikes(scene.rig.logs.on('redis', 'r2'))
      await loseMaster(scene, 2, 'redis-r2-1', ['redis-r2-2', 'redis-r2-3'])
      await untilLive(scene)
    },
  },
  {
    id: 'F50e',
    title: '4 logs on 2 servers of Postgres: one killed, down for 6 s',
    limits: { postsMayFail: true },
    rate: RATE,
    own: CLUSTER,
    run: async (scene) => {
      scene.strikes(scene.rig.logs.on('postgres', 'p2'))
      await killFor(scene, ['postgres-p2'], 6)
    },
  },
  {
    id: 'F50f',
    title: '4 logs on 2 brokers: one killed, down for 6 s',
    rate: RATE,
    own: CLUSTER,
    run: async (scene) => {
      scene.strikes(scene.rig.logs.on('broker', 'b2'))
      await killFor(scene, ['mosquitto-b2'], 6)
    },
  },
  {
    id: 'F50g',
    title: '4 logs: one bridge process killed, down for 6 s; another serves its logs too',
    rate: RATE,
    own: CLUSTER,
    run: async (scene) => {
      scene.strikes([])
      await killFor(scene, ['bridge-1'], 6)
    },
  },
  {
    id: 'F50h',
    title: '4 logs: both bridges of two of them killed, down for 6 s',
    rate: RATE,
    own: CLUSTER,
    run: async (scene) => {
      scene.strikes(scene.rig.logs.on('broker', 'b2'))
      await killFor(scene, ['bridge-3', 'bridge-4'], 6)
    },
  },
  {
    id: 'F50i',
    title: '4 logs on 2 servers of Postgres: the one with grants and quotas killed, down for 6 s',
    limits: { postsMayFail: true },
    rate: RATE,
    own: CLUSTER,
    run: async (scene) => {
      scene.strikes(scene.rig.logs.on('postgres'))
      await killFor(scene, ['postgres'], 6)
    },
  },
]

/** The logs whose slots a node of the cluster serves. */
async function logsOf({ rig }: Scene, cluster: TestCluster, node: string): Promise<number[]> {
  const found: number[] = []
  for (const log of rig.logs.ids) {
    if ((await cluster.placeOf(keyOf(log))).owner === node) found.push(log)
  }
  return found
}
