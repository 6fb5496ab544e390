import { writeFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { setTimeout as sleep } from 'node:timers/promises'
import { untilReady } from '../bench.ts'
import type { Fault } from '../proxy.ts'
import type { Scene } from '../scenario.ts'

/** Kills processes as by kill -9, leaves them dead for some seconds, and starts them again. */
export async function killFor(scene: Scene, names: string[], count: number): Promise<void> {
  await Promise.all(names.map((name) => scene.rig.child(name).stop('SIGKILL')))
  await scene.seconds(count)
  await Promise.all(names.map((name) => scene.rig.child(name).start()))
}

/** Stops processes in their tracks for some seconds. */
export async function freezeFor(scene: Scene, names: string[], count: number): Promise<void> {
  for (const name of names) scene.rig.freeze(name)
  await scene.seconds(count)
  for (const name of names) scene.rig.thaw(name)
}

/** Puts a fault on all links of a kind for some seconds. */
export async function breakLinks(
  scene: Scene,
  links: RegExp,
  fault: Fault,
  count: number,
): Promise<void> {
  const links = scene.rig.links.matching(links)
  await Promise.all(links.map((link) => link.set(fault)))
  await scene.seconds(count)
  await Promise.all(links.map((link) => link.set({ kind: 'pass' })))
}

/** Lets one process of a role die at a place in its code, several times, and waits until it is back each time. */
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
    for (let tries = 0; isSame() && tries < 500; tries++) await sleep(10)
    scene.expect(!isSame(), `no ${role} died ${place}`)
    await Promise.all(children.map((child) => untilReady(child)))
    await scene.seconds(0.5)
  }
}

/** Talks to Redis directly, around the proxies. */
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
