import { RedisKeys } from '../../../contract/redisKeys.ts'
import type { TestCluster } from '../../support/testCluster.ts'
import type { RigLogs } from '../rig/rigLogs.ts'
import { lackOfPartitions } from '../rig/partition.ts'
import type { Scenario, Scene } from '../scenario.ts'
import { freezeFor, killFor } from './actions.ts'
import { divideMaster, loseMaster, untilLive, withCluster } from './redisServers.ts'

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

/** Processes that are killed, and the server of the logs that notice. */
const KILLED: readonly [
  id: string,
  title: string,
  processes: string[],
  place?: Parameters<RigLogs['on']>,
  limits?: Scenario['limits'],
][] = [
  [
    'F50e',
    '4 logs on 2 servers of Postgres: one killed',
    ['postgres-p2'],
    ['postgres', 'p2'],
    { postsMayFail: true },
  ],
  ['F50f', '4 logs on 2 brokers: one killed', ['mosquitto-b2'], ['broker', 'b2']],
  ['F50g', '4 logs: one bridge process killed; another serves its logs too', ['bridge-1']],
  [
    'F50h',
    '4 logs: both bridges of two of them killed',
    ['bridge-3', 'bridge-4'],
    ['broker', 'b2'],
  ],
  [
    'F50i',
    '4 logs on 2 servers of Postgres: the one with grants and quotas killed',
    ['postgres'],
    ['postgres'],
    { postsMayFail: true },
  ],
]

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
    id: 'F50j',
    title:
      '4 logs on a Redis Cluster that is partitioned: one’s master alone, reached by clients; its replica takes over on the other side',
    rate: RATE,
    own: CLUSTER,
    skip: lackOfPartitions,
    run: (scene) =>
      withCluster(scene, async (cluster) => {
        const place = await cluster.placeOf(keyOf(0))
        scene.strikes(await logsOf(scene, cluster, place.owner))
        await divideMaster(scene, place)
        await untilLive(scene)
      }),
  },
  ...KILLED.map(([id, title, processes, place, limits]): Scenario => ({
    id,
    title: `${title}, down for 6 s`,
    rate: RATE,
    own: CLUSTER,
    ...(limits !== undefined && { limits }),
    run: async (scene) => {
      scene.strikes(place === undefined ? [] : scene.rig.logs.on(...place))
      await killFor(scene, processes, 6)
    },
  })),
]

/** The logs whose slots a node of the cluster serves. */
async function logsOf({ rig }: Scene, cluster: TestCluster, node: string): Promise<number[]> {
  const found: number[] = []
  for (const log of rig.logs.ids) {
    if ((await cluster.placeOf(keyOf(log))).owner === node) found.push(log)
  }
  return found
}
