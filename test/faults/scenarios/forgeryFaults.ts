import { channelTopic } from '../../../contract/channel.ts'
import type { Role } from '../../../stack/child.ts'
import { movedTo, positionOf, raised, reworded, scrambled, stripped } from '../rig/forgery.ts'
import type { Copy, MqttWire } from '../rig/mqttWire.ts'
import type { RedisWire } from '../rig/redisWire.ts'
import { comesTrue } from '../../support/waitFor.ts'
import type { Scenario, Scene } from '../scenario.ts'
import { onMqtt, onRedis, repeat } from './wires.ts'

/** Positions relative to the head: next, soon, never, and long ago. */
const SHIFTS = [1, 2, 3, 50, 1_000_000, -50]
/** On any machine. */
const COUNTED_WITHIN_SECONDS = 30

export const forgeryFaults: Scenario[] = [
  {
    id: 'F34a',
    title: 'forged copies on MQTT with the right epoch: just above the head, far above and below',
    own: {},
    run: async (scene) => {
      await onMqtt(scene, (wire) =>
        repeat(scene, 6, 100, async () => {
          await Promise.all(forgedCopies(scene, wire).map((copy) => wire.send(copy)))
        }),
      )
      await expectRefusals(scene, 'bridge', 'mqtt')
    },
  },
  {
    id: 'F34b',
    title: 'true copies repeated on MQTT: in order, backwards, and with Redis emptied',
    own: {},
    run: (scene) =>
      onMqtt(scene, async (wire) => {
        const heard = wire.copies.slice(-500)
        await Promise.all([...heard, ...heard.toReversed()].map((copy) => wire.send(copy)))
        await onRedis(scene, ({ redis }) => redis.flushall())
        await Promise.all(heard.map((copy) => wire.send(copy)))
        await scene.seconds(2)
      }),
  },
  {
    id: 'F34c',
    title: 'forged messages and watermarks on Redis, and forged recent messages in it',
    own: {},
    run: async (scene) => {
      await onRedis(scene, (wire) =>
        repeat(scene, 6, 100, async () => {
          await forgeMessages(scene, wire)
          await forgeWatermarks(wire)
        }),
      )
      await expectRefusals(scene, 'gateway', 'redis')
    },
  },
  {
    id: 'F34d',
    title: 'the extent in Redis says more than Redis has, less, or nonsense',
    own: {},
    run: async (scene) => {
      await onRedis(scene, async (wire) => {
        const earlier = await wire.saveExtents()
        await scene.seconds(2)
        await repeat(scene, 8, 800, async (count) => {
          if (count % 3 === 0) await wire.putBack(earlier)
          else await wire.changeExtents(count % 3 === 1 ? raised : () => 'nonsense')
        })
        await wire.changeExtents(raised)
      })
      await expectRefusals(scene, 'bridge', 'redis')
    },
  },
  {
    id: 'F34e',
    title:
      'true messages and watermarks repeated on Redis; then old watermarks, while both bridges are frozen for 8 s',
    // About as late as without them: an old watermark is no sign of life.
    limits: { delayWithinMs: 5_000 },
    own: {},
    run: (scene) =>
      onRedis(scene, async (wire) => {
        const heard = [...wire.messages.slice(-500), ...wire.watermarks.slice(-5)]
        await repeat(scene, 3, 300, () => wire.sendAll(heard))
        const bridges = scene.rig.children('bridge').map(({ name }) => name)
        for (const name of bridges) scene.rig.freeze(name)
        await repeat(scene, 8, 300, () => wire.sendAll(wire.watermarks.slice(-5)))
        for (const name of bridges) scene.rig.thaw(name)
      }),
  },
]

/** Forgeries are not only dropped but also counted, so that an operator sees them. */
async function expectRefusals(
  { rig, expect, note }: Scene,
  role: Role,
  source: 'mqtt' | 'redis',
): Promise<void> {
  const name = 'causeway_refused_copies_total'
  const count = () => rig.sumMetric(role, name, `source="${source}"`)
  const isCounted = await comesTrue(async () => (await count()) > 0, COUNTED_WITHIN_SECONDS, 500)
  expect(isCounted, `no ${role} counted a forgery`)
  note(`refused by the ${role}s: ${await count()}`)
}

/** Forgeries in every disguise: without a MAC, with that of another message, with a wrong one, on another channel. */
function forgedCopies({ channels }: Scene, { copies }: MqttWire): Copy[] {
  const last = copies.at(-1)
  if (last === undefined) return []
  const { topic, payload, properties } = last
  const { epoch = '' } = properties
  const wrong = Object.entries(properties).map(([name, value]) => [name, scrambled(String(value))])
  const nobodys = channelTopic('causeway', `${channels[0]}.nobody`)
  const moved = SHIFTS.flatMap((shift) => {
    const forged = reworded(movedTo(payload, positionOf(payload) + shift))
    return [topic, nobodys].flatMap((where) => [
      { topic: where, payload: forged, properties: { epoch } },
      { topic: where, payload: forged, properties },
      { topic: where, payload: forged, properties: { ...Object.fromEntries(wrong), epoch } },
    ])
  })
  return [
    ...moved,
    { topic, payload: reworded(payload), properties },
    { topic: nobodys, payload, properties },
    { topic, payload, properties: { ...properties, epoch: 'other' } },
  ]
}

async function forgeMessages({ channels }: Scene, wire: RedisWire): Promise<void> {
  const last = wire.messages.at(-1)
  if (last === undefined) return
  const { name, payload } = last
  const proof = payload.slice(0, payload.length - stripped(payload).length)
  const position = positionOf(payload)
  for (const shift of SHIFTS) {
    const forged = reworded(movedTo(payload, position + shift))
    const disguises = [forged, stripped(forged), scrambled(proof) + stripped(forged)]
    for (const text of disguises) await wire.send({ name, payload: text })
    await wire.addRecent(last, position + shift, forged)
  }
  for (const channel of channels) await wire.send({ name: wire.nameOf(channel), payload })
}

async function forgeWatermarks(wire: RedisWire): Promise<void> {
  const { payload = '' } = wire.watermarks.at(-1) ?? {}
  const old = `${wire.epoch} 9007199254740990 0`
  for (const text of [raised(payload), scrambled(payload), old, '']) {
    await wire.send({ name: wire.keys.watermark, payload: text })
  }
}
