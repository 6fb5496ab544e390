import type { Registry } from 'prom-client'
import type { z } from 'zod'
import type { CopyKeys } from '../chassis/copyKeys.ts'
import type { Clock } from '../chassis/clock.ts'
import type { Layout } from '../chassis/layout.ts'
import type { Logger } from '../chassis/logger.ts'
import { connectRedis, connectSubscriber } from '../chassis/redis.ts'
import type { PresenceEvent } from '../contract/presence.ts'
import { RedisKeys } from '../contract/redisKeys.ts'
import type { presenceConfig } from './config.ts'
import { Ephemeral } from './events/ephemeral.ts'
import { createEphemeralMetrics } from './ephemeralMetrics.ts'
import { Presence } from './presence/presence.ts'
import { SignalFanout } from './signals/signalFanout.ts'
import { SignalSubscription } from './signals/signalSubscription.ts'

interface OpenEphemeralOptions {
  config: z.output<z.ZodObject<typeof presenceConfig>> & { REDIS_PREFIX: string }
  layout: Layout<{ REDIS_URL: string }>
  copyKeys: CopyKeys
  onRefused: () => void
  registry: Registry
  clock: Clock
  logger: Logger
}

interface OpenedEphemeral {
  /** For streams. */
  ephemeral: Ephemeral
  /** Who is in channels of one log now. Rejects if its Redis is away. */
  ask: (log: number, channels: readonly string[]) => Promise<PresenceEvent[]>
  close: () => void
}

/**
 * Presence and signals of all logs. Each log has two connections of its own for them, so that neither stands in the way of messages.
 */
export function openEphemeral(options: OpenEphemeralOptions): OpenedEphemeral {
  const { config, layout, copyKeys, onRefused, registry, clock, logger } = options
  const metrics = createEphemeralMetrics(registry, () =>
    all.reduce((sum, { presence }) => sum + presence.size, 0),
  )
  const fanout = new SignalFanout({
    now: clock.now,
    onSent: () => metrics.signals.inc({ outcome: 'sent' }),
    onDropped: (outcome) => metrics.signals.inc({ outcome }),
  })
  const logs = layout.logs.map(({ id, REDIS_URL: url }) => {
    const keys = new RedisKeys(config.REDIS_PREFIX, id)
    const link = { url, key: keys.watermark, logger }
    const presence = new Presence({
      redis: connectRedis({ ...link, name: 'causeway-gateway-presence' }),
      keys,
      copyKeys,
      onRefused,
      leaseMs: config.PRESENCE_LEASE_SECONDS * 1_000,
      graceMs: config.PRESENCE_GRACE_SECONDS * 1_000,
      limit: config.PRESENCE_LIMIT,
      maxLeases: config.MAX_PRESENCES / layout.logs.length,
      onLeftOut: () => metrics.leftOut.inc(),
      clock,
    })
    const signals = new SignalSubscription({
      redis: connectSubscriber({ ...link, name: 'causeway-gateway-signals' }),
      keys,
      copyKeys,
      onSignal: (channel, json) => fanout.add(channel, json),
      onRefused,
      onDropped: (outcome) => metrics.signals.inc({ outcome }),
      wallNow: () => Date.now(),
    })
    return [id, { presence, signals }] as const
  })
  const byId = new Map(logs)
  const all = [...byId.values()]
  const ephemeral = new Ephemeral({
    logOf: (channel) => byId.get(layout.channelLogs.logOf(channel)),
    logs: all,
    fanout,
    clock,
  })
  return {
    ephemeral,
    ask: async (log, channels) => (await byId.get(log)?.presence.ask(channels)) ?? [],
    close: () => {
      ephemeral.close()
      for (const { presence, signals } of all) {
        presence.close()
        signals.close()
      }
    },
  }
}
