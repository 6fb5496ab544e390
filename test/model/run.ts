import type { LinkedEntry } from '../../contract/message.ts'
import { ModelBridge } from './bridge.ts'
import { ModelClient } from './client.ts'
import { ModelGateway } from './gateway.ts'
import { ModelRedis } from './redis.ts'
import { Stage } from './stage.ts'
import { World, type Ablations } from './world.ts'

const NAMES = 'a b c d e f g h i j k l'.split(' ')
const STORM_MS = 12_000
/** The slowest recovery is from a silent link: three seconds without watermarks, a new link, a read of the log. */
const CALM_MS = 12_000

/**
 * Runs one schedule: two ingests, two gateways and up to sixteen readers, and two bridges for each log, in a storm, then calm.
 * Returns the breaches. `count`: how many logs; undefined: one to four, by the seed.
 */
export function runSchedule(seed: number, ablations: Ablations = {}, count?: number): string[] {
  const stage = new Stage(seed, ablations)
  const { clock, random } = stage
  const logCount = count ?? random.pick([1, 1, 2, 3, 4])
  // Few channels that all readers share, or many that come and go.
  const channelNames = NAMES.slice(0, random.pick([4, 12]))
  const logOf = (channel: string): number => NAMES.indexOf(channel) % logCount
  const logs = Array.from({ length: logCount }, (_, number) => {
    const world = new World(stage, number)
    const redis = new ModelRedis(world)
    const bridges = [new ModelBridge(world, redis), new ModelBridge(world, redis)]
    /** Copies from MQTT, which an attacker replays. */
    const copies: { epoch: string; entry: LinkedEntry }[] = []
    return { world, redis, bridges, copies, mqttUp: true }
  })
  const gateways = [1, 2].map(() => new ModelGateway(stage, logs, logOf))
  const clients: ModelClient[] = []
  const deletes = random.pick([0, 0.1, 0.4])

  const post = (slowness: number): void => {
    const channel = random.pick(channelNames)
    const log = logs[logOf(channel)]
    if (log === undefined || !log.world.postgresUp) return
    const { world, bridges, copies } = log
    const entry = random.chance(deletes) ? world.appendDeletion(channel) : world.append(channel)
    const { epoch } = world
    copies.push({ epoch, entry })
    for (const bridge of bridges) {
      if (!log.mqttUp || world.mishap(0.08)) continue
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
      post(slowness)
      if (clock.now < STORM_MS + 2_000) clock.after(random.between(1, 120), next)
    }
    clock.after(random.between(0, 500), next)
  }
  for (let reader = random.between(2, 16); reader > 0; reader--) {
    const channels = channelNames.filter(() => random.chance(2 / channelNames.length))
    clock.after(random.between(0, 4_000), () => {
      const client = new ModelClient({
        stage,
        logs,
        logOf,
        gateways,
        channels: channels.length === 0 ? ['a'] : channels,
        all: channelNames,
      })
      clients.push(client)
      const leave = (): void => {
        if (clock.now < STORM_MS) client.drop()
        clock.after(random.between(200, 4_000), leave)
      }
      leave()
    })
  }
  const outage = (broken: ModelRedis): void => {
    broken.up = false
    broken.cutAll(true)
    if (random.chance(0.5)) broken.flush()
    clock.after(random.between(100, 4_000), () => (broken.up = true))
  }
  const faults: (() => void)[] = [
    () => random.pick(random.pick(logs).bridges).restart(),
    () => random.pick(gateways).restart(),
    () => random.pick(gateways).cutLink(random.between(0, logCount - 1), random.chance(0.5)),
    () => random.pick(logs).redis.flush(),
    () => random.pick(logs).redis.rewind(random.between(1, 5)),
    () => outage(random.pick(logs).redis),
    () => {
      const log = random.pick(logs)
      log.mqttUp = false
      clock.after(random.between(100, 3_000), () => (log.mqttUp = true))
    },
    () => {
      const { world } = random.pick(logs)
      world.postgresUp = false
      clock.after(random.between(100, 2_500), () => (world.postgresUp = true))
    },
  ]
  // At most once, and only in some schedules: most faults show within one epoch.
  if (random.chance(0.2)) {
    clock.after(random.between(3_000, STORM_MS), () => {
      const { world, redis } = random.pick(logs)
      world.restore(random.between(0, 20))
      redis.cutAll(random.chance(0.5))
    })
  }
  // One log goes back without a new epoch; it may have lost nothing. No other fault happens around that time: some process must
  // still remember the lost messages, or nothing could detect it.
  const back = random.pick(logs)
  const patience = 4_000 + 6 * back.world.limits.legMs
  const backAt = random.chance(0.3) ? random.between(4_000, STORM_MS) : Infinity
  clock.after(backAt, () => {
    back.world.goBack(random.pick([0, random.between(1, 5), random.between(1, 40)]))
    if (random.chance(0.5)) back.redis.cutAll(random.chance(0.5))
  })
  // An attacker has access to the broker and to Redis, but not to the keys.
  const forge = (): void => {
    if (!stage.stormy) return
    clock.after(random.between(50, 2_000), forge)
    const { world, redis, bridges, copies } = random.pick(logs)
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
  stage.stormy = false
  clock.runUntil(STORM_MS + 5_000 + CALM_MS)
  return clients.flatMap((client, index) =>
    client.violations().map((text) => `reader ${index}: ${text}`),
  )
}
