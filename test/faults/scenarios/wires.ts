import { setTimeout as sleep } from 'node:timers/promises'
import { readHead } from '../rig/database.ts'
import { MqttWire } from '../rig/mqttWire.ts'
import { RedisWire } from '../rig/redisWire.ts'
import type { Scene } from '../scenario.ts'
import { waitFor } from '../../support/waitFor.ts'

const HEARD_WITHIN_SECONDS = 30

/** Collects copies at the broker for a while, then acts. */
export async function onMqtt(
  scene: Scene,
  act: (wire: MqttWire) => Promise<unknown>,
): Promise<void> {
  const wire = await MqttWire.open(scene.rig.stack.mqttUrl)
  await sleep(2_000)
  await waitFor(() => wire.copies.length > 0, HEARD_WITHIN_SECONDS)
  await act(wire)
  await wire.close()
}

/** Collects messages at Redis for a while, then acts. */
export async function onRedis(
  scene: Scene,
  act: (wire: RedisWire) => Promise<unknown>,
): Promise<void> {
  const { rig, channels } = scene
  const { epoch } = await readHead(rig.databaseUrl)
  const wire = await RedisWire.open(rig.stack.redisUrl, epoch, channels)
  await sleep(2_000)
  // Without these there would be nothing to repeat or forge.
  await waitFor(() => wire.messages.length > 0 && wire.watermarks.length > 0, HEARD_WITHIN_SECONDS)
  await act(wire)
  wire.close()
}

/** Repeats an action for some seconds. */
export async function repeat(
  { seconds, random, subscribers }: Scene,
  count: number,
  everyMs: number,
  act: (count: number) => Promise<void>,
): Promise<void> {
  const over = new AbortController()
  void seconds(count).then(() => over.abort())
  for (let times = 0; !over.signal.aborted; times++) {
    await act(times)
    // A reader that returns meanwhile reads recent messages.
    random.pick(subscribers.readers).drop()
    await sleep(everyMs)
  }
}
