import { Redis } from 'ioredis'
import { RedisKeys } from '../../../contract/redisKeys.ts'
import { TestCluster } from '../../support/testCluster.ts'
import { comesTrue } from '../../support/waitFor.ts'
import { readHead } from '../rig/database.ts'
import type { Scene } from '../scenario.ts'

const BACK_WITHIN_SECONDS = 15

/** For the administrator of the first Redis, which is a cluster. */
export async function withCluster(
  { rig }: Scene,
  act: (cluster: TestCluster) => Promise<void>,
): Promise<void> {
  const cluster = new TestCluster(rig.stack.redisUrl)
  await act(cluster).finally(() => cluster.close())
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
    const { epoch, position } = await readHead(rig.logs.databaseUrlOf(log), log)
    await rig.child(master).stop('SIGKILL')
    const reached = Math.max(
      ...(await Promise.all(nodes.map((node) => positionIn(node, log, epoch)))),
    )
    scene.expect(reached < position, 'the replicas lacked nothing')
    scene.note(`messages that the promoted replica lacked: ${position - reached}`)
    for (const node of nodes) await node.config('SET', 'masterauth', passwordOf(scene, master))
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
