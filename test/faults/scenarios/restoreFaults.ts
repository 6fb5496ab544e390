import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { untilReady } from '../rig/untilReady.ts'
import { goBack, readHead } from '../rig/database.ts'
import type { Scenario, Scene } from '../scenario.ts'
import { comesTrue } from '../../support/waitFor.ts'
import { killFor, withRedis } from './actions.ts'
import { onMqtt, onRedis, repeat } from './wires.ts'

const BRIDGES = ['bridge-1', 'bridge-2']
const INGESTS = ['ingest-1', 'ingest-2']
const GATEWAYS = ['gateway-1', 'gateway-2']
/** Messages that the log loses; all, if a short run posted fewer. */
const COUNT = 200
/** On any machine: at 500 posts/s it takes a second. */
const REGROWN_WITHIN_SECONDS = 60

export const restoreFaults: Scenario[] = [
  {
    id: 'F33a',
    title: `the log put back by ${COUNT} messages, the epoch unchanged; it regrows past them at 500 posts/s`,
    rate: 500,
    // Posts wait while the log is put back.
    limits: { postsMayFail: true },
    own: {},
    run: async (scene) => {
      await putBack(scene)
      scene.recovered()
      await scene.seconds(6)
    },
  },
  {
    id: 'F33b',
    title: `the log put back by ${COUNT} messages, the epoch unchanged; no posts for 3 s`,
    own: {},
    run: async (scene) => {
      await scene.publisher.quiet()
      await putBack(scene)
      await sleep(3_000)
      scene.publisher.start()
      await scene.seconds(3)
    },
  },
  {
    id: 'F33c',
    title: 'as F33a, and true copies of the lost messages come again over MQTT and Redis',
    rate: 500,
    limits: { postsMayFail: true },
    own: {},
    run: (scene) =>
      onMqtt(scene, (mqtt) =>
        onRedis(scene, async (redis) => {
          const copies = mqtt.copies.slice(-COUNT)
          const published = [...redis.messages.slice(-COUNT), ...redis.watermarks.slice(-2)]
          await putBack(scene)
          scene.recovered()
          await repeat(scene, 6, 300, async () => {
            await Promise.all(copies.map((copy) => mqtt.send(copy)))
            await redis.sendAll(published)
          })
        }),
      ),
  },
  {
    id: 'F35',
    title:
      'Redis killed under 500 posts/s, back with a snapshot from 4 s before, twice; then no posts',
    rate: 500,
    run: async (scene) => {
      await withRedis(scene, (redis) => redis.save())
      for (let count = 0; count < 2; count++) {
        await scene.seconds(4)
        await scene.publisher.quiet()
        await killFor(scene, ['redis'], 1)
        await scene.seconds(3)
        scene.publisher.start()
      }
      forgetSnapshot(scene)
    },
  },
  {
    id: 'F36a',
    title: `all down, the log put back by ${COUNT} messages, the epoch unchanged, Redis as before`,
    own: {},
    run: async (scene) => {
      await loseMessages(scene)
      await start(scene, ['redis'])
      await start(scene, [...BRIDGES, ...INGESTS, ...GATEWAYS])
      scene.publisher.start()
      await scene.seconds(3)
    },
  },
  {
    id: 'F36b',
    title: 'as F36a, and the log has regrown past Redis before a bridge runs',
    rate: 500,
    limits: { postsMayFail: true },
    own: {},
    run: async (scene) => {
      const { position } = await loseMessages(scene)
      await start(scene, INGESTS)
      scene.publisher.start()
      const hasRegrown = await comesTrue(
        async () => (await readHead(scene.rig.databaseUrl)).position > position + COUNT,
        REGROWN_WITHIN_SECONDS,
      )
      scene.expect(hasRegrown, 'the log did not regrow')
      await start(scene, ['redis'])
      await start(scene, BRIDGES)
      await start(scene, GATEWAYS)
      await scene.seconds(3)
    },
  },
]

/** Restores the log from a backup, without a new epoch, while all services run. */
async function putBack({ rig, base, wentBack }: Scene): Promise<void> {
  wentBack(await goBack(rig.databaseUrl, { base, count: COUNT }))
}

/** Stops all services, saves Redis, and puts the log back. Returns the lost head. */
async function loseMessages(scene: Scene): Promise<{ position: number }> {
  const { rig, publisher } = scene
  await publisher.quiet()
  // Time for Redis to get the last messages.
  await sleep(1_500)
  await withRedis(scene, (redis) => redis.save())
  const names = [...GATEWAYS, ...INGESTS, ...BRIDGES, 'redis']
  await Promise.all(names.map((name) => rig.child(name).stop('SIGKILL')))
  const lost = await readHead(rig.databaseUrl)
  await putBack(scene)
  return lost
}

async function start({ rig }: Scene, names: string[]): Promise<void> {
  const children = names.map((name) => rig.child(name))
  await Promise.all(children.map((child) => child.start()))
  await Promise.all(children.map((child) => untilReady(child)))
}

function forgetSnapshot({ rig }: Scene): void {
  rmSync(join(rig.stack.dir, 'redis', 'dump.rdb'), { force: true })
}
