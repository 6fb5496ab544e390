import type { LinkedEntry } from '../../contract/message.ts'
import { ModelBridge } from './bridge.ts'
import { ModelClient } from './client.ts'
import { ModelGateway } from './gateway.ts'
import { ModelRedis } from './redis.ts'
import { World, type Ablations } from './world.ts'

const NAMES = 'a b c d e f g h i j k l'.split(' ')
const STORM_MS = 12_000
/** The slowest recovery is from a silent link: three seconds without watermarks, a new link, a read of the log. */
const CALM_MS = 12_000

/** Runs one schedule: two ingests, two bridges, two gateways and up to sixteen readers in a storm, then calm. Returns the breaches. */
export function runSchedule(seed: number, ablations: Ablations = {}): string[] {
  const world = new World(seed, ablations)
  const { clock, random } = world
  // Few channels that all readers share, or many that come and go.
  const channelNames = NAMES.slice(0, random.pick([4, 12]))
  const redis = new ModelRedis(world)
  const bridges = [new ModelBridge(world, redis), new ModelBridge(world, redis)]
  const gateways = [new ModelGateway(world, redis), new ModelGateway(world, redis)]
  const clients: ModelClient[] = []
  /** Copies from MQTT, which an attacker replays. */
  const copies: { epoch: string; entry: LinkedEntry }[] = []
  let mqttUp = true
  const deletes = random.pick([0, 0.1, 0.4])

  const post = (slowness: number): void => {
    const channel = random.pick(channelNames)
    const entry = random.chance(deletes) ? world.appendDeletion(channel) : world.append(channel)
    const { epoch } = world
    copies.push({ epoch, entry })
    for (const bridge of bridges) {
      if (!mqttUp || world.mishap(0.08)) continue
      const times = world.mishap(0.05) ? 2 : 1
      for (let copy = 0; copy < times; copy++) {
        const delay = random.between(0, 5) + (world.mishap(0.2) ? random.between(0, 120) : 0)
        clock.after(slowness + delay, () => bridge.receive(epoch, entry))
      }
    }
  }
  // Two ingests, one of them far from the broker.
  for (const slowness of [0, 15]) {
    const next = (): void => {
      if (world.postgresUp) post(slowness)
      if (clock.now < STORM_MS + 2_000) clock.after(random.between(1, 120), next)
    }
    clock.after(random.between(0, 500), next)
  }
  for (let reader = random.between(2, 16); reader > 0; reader--) {
    const channels = channelNames.filter(() => random.chance(2 / channelNames.length))
    clock.after(random.between(0, 4_000), () => {
      const client = new ModelClient(world, gateways, channels.length === 0 ? ['a'] : channels)
      clients.push(client)
      const leave = (): void => {
        if (clock.now < STORM_MS) client.drop()
        clock.after(random.between(200, 4_000), leave)
      }
      leave()
    })
  }
  const faults: (() => void)[] = [
    () => random.pick(bridges).restart(),
    () => random.pick(gateways).restart(),
    () => random.pick(gateways).cutLink(random.chance(0.5)),
    () => redis.flush(),
    () => redis.rewind(random.between(1, 5)),
    () => outage(redis),
    () => {
      mqttUp = false
      clock.after(random.between(100, 3_000), () => (mqttUp = true))
    },
    () => {
      world.postgresUp = false
      clock.after(random.between(100, 2_500), () => (world.postgresUp = true))
    },
  ]
  // At most once, and only in some schedules: most faults show within one epoch.
  if (random.chance(0.2)) {
    clock.after(random.between(3_000, STORM_MS), () => {
      world.restore(random.between(0, 20))
      redis.cutAll(random.chance(0.5))
    })
  }
  const outage = (broken: ModelRedis): void => {
    broken.up = false
    broken.cutAll(true)
    if (random.chance(0.5)) broken.flush()
    clock.after(random.between(100, 4_000), () => (broken.up = true))
  }
  // The log goes back without a new epoch; it may have lost nothing. No other fault happens around that time: some process must
  // still remember the lost messages, or nothing could detect it.
  const patience = 4_000 + 6 * world.limits.legMs
  const backAt = random.chance(0.3) ? random.between(4_000, STORM_MS) : Infinity
  clock.after(backAt, () => {
    world.goBack(random.pick([0, random.between(1, 5), random.between(1, 40)]))
    if (random.chance(0.5)) redis.cutAll(random.chance(0.5))
  })
  // An attacker has access to the broker and to Redis, but not to the keys.
  const forge = (): void => {
    if (!world.stormy) return
    clock.after(random.between(50, 2_000), forge)
    redis.forge()
    const stale = copies.at(-random.between(1, 40))
    if (stale !== undefined) random.pick(bridges).receive(stale.epoch, stale.entry)
    const position = world.head + random.between(-5, 5)
    const forged = {
      position,
      previous: 0,
      id: 'forged',
      channel: 'a',
      json: '',
      link: world.idAt(position - 1),
    }
    random.pick(bridges).receive(world.epoch, forged, true)
  }
  if (random.chance(0.5)) clock.after(random.between(500, 3_000), forge)
  const storm = (): void => {
    if (clock.now > STORM_MS) return
    if (Math.abs(clock.now - backAt) > patience) random.pick(faults)()
    clock.after(random.between(100, 2_500), storm)
  }
  clock.after(random.between(500, 2_000), storm)

  clock.runUntil(STORM_MS)
  world.stormy = false
  clock.runUntil(STORM_MS + 5_000 + CALM_MS)
  return clients.flatMap((client, index) =>
    client.violations().map((text) => `reader ${index}: ${text}`),
  )
}
