import { setTimeout as sleep } from 'node:timers/promises'
import { readHead } from '../database.ts'
import { MqttWire } from '../mqttWire.ts'
import { RedisWire } from '../redisWire.ts'
import type { Scene } from '../scenario.ts'

/** Listens at the broker for a while first. */
export async function onMqtt(
  scene: Scene,
  act: (wire: MqttWire) => Promise<unknown>,
): Promise<void> {
  const wire = await MqttWire.open(scene.rig.stack.mqttUrl)
  await sleep(2_000)
  scene.expect(wire.copies.length > 0, 'nothing was heard on MQTT')
  await act(wire)
  await wire.close()
}

/** Listens at Redis for a while first. */
export async function onRedis(
  scene: Scene,
  act: (wire: RedisWire) => Promise<unknown>,
): Promise<void> {
  const { rig, channels } = scene
  const { epoch } = await readHead(rig.databaseUrl)
  const wire = await RedisWire.open(rig.stack.redisUrl, epoch, channels)
  await sleep(2_000)
  scene.expect(wire.messages.length > 0, 'no message was heard on Redis')
  scene.expect(wire.watermarks.length > 0, 'no watermark was heard on Redis')
  await act(wire)
  wire.close()
}

/** For some seconds, again and again. */
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
    // Who comes back meanwhile reads what is recent.
    random.pick(subscribers.readers).drop()
    await sleep(everyMs)
  }
}
