import { writeFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import type { Role } from '../../../stack/child.ts'
import { untilReady } from '../rig/untilReady.ts'
import type { Fault } from '../rig/proxy.ts'
import { comesTrue } from '../../support/waitFor.ts'
import type { Scene } from '../scenario.ts'

/** On any machine: the next post leads to the crash point. */
const DIES_WITHIN_SECONDS = 30

/** Kills processes with SIGKILL, leaves them dead for some seconds, and starts them again. */
export async function killFor(scene: Scene, names: string[], count: number): Promise<void> {
  await Promise.all(names.map((name) => scene.rig.child(name).stop('SIGKILL')))
  await scene.seconds(count)
  await Promise.all(names.map((name) => scene.rig.child(name).start()))
}

/** Kills the ingests in turn, so that one is there at any time. */
export async function killEachIngest(scene: Scene): Promise<void> {
  for (const ingest of scene.rig.children('ingest')) {
    await scene.seconds(3)
    await ingest.stop('SIGKILL')
    await scene.seconds(3)
    await ingest.start()
    await untilReady(ingest)
  }
  await scene.seconds(3)
}

/** Freezes processes for some seconds. */
export async function freezeFor(scene: Scene, names: string[], count: number): Promise<void> {
  for (const name of names) scene.rig.freeze(name)
  await scene.seconds(count)
  for (const name of names) scene.rig.thaw(name)
}

/** Puts a fault on all links of a kind for some seconds. */
export async function breakLinks(
  scene: Scene,
  names: RegExp,
  fault: Fault,
  count: number,
): Promise<void> {
  const links = scene.rig.links.matching(names)
  await Promise.all(links.map((link) => link.set(fault)))
  await scene.seconds(count)
  await Promise.all(links.map((link) => link.set({ kind: 'pass' })))
}

/** Lets a process of a role die at a crash point, several times, and waits each time until it is ready again. */
export async function crashAt(
  scene: Scene,
  role: 'ingest' | 'bridge',
  place: string,
  times: number,
): Promise<void> {
  for (let count = 0; count < times; count++) {
    const children = scene.rig.children(role)
    const before = children.map(({ pid }) => pid)
    const isSame = () => children.every(({ pid }, at) => pid === before[at])
    writeFileSync(scene.rig.crashFlag(place), '')
    const hasDied = await comesTrue(() => !isSame(), DIES_WITHIN_SECONDS, 10)
    scene.expect(hasDied, `no ${role} died ${place}`)
    await Promise.all(children.map((child) => untilReady(child)))
    await scene.seconds(0.5)
  }
}

/** Connects to Redis directly, without a proxy. */
export async function withRedis(
  scene: Scene,
  act: (redis: Redis) => Promise<unknown>,
): Promise<void> {
  const redis = new Redis(scene.rig.stack.redisUrl, { maxRetriesPerRequest: 2 })
  redis.on('error', () => {})
  try {
    await act(redis)
  } finally {
    redis.disconnect()
  }
}

/** Restarts them as a deployment does: the next one when the one before is ready. */
export async function rollingRestart({ rig, seconds }: Scene, role: Role): Promise<void> {
  for (const child of rig.children(role)) {
    await child.stop('SIGTERM')
    await child.start()
    await untilReady(child)
    await seconds(1)
  }
}
