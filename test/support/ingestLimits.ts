import type { Registry } from 'prom-client'
import {
  createIngestLimits,
  type IngestLimits,
  type IngestLimitsOptions,
} from '../../ingest/ingestLimits.ts'

/** The limits of an ingest that has none but these. */
export function ingestLimits(
  registry: Registry,
  some: Partial<IngestLimitsOptions> = {},
): IngestLimits {
  return createIngestLimits({
    postsPerMinute: Infinity,
    postsPerMinutePerAddress: Infinity,
    signalsPerMinute: Infinity,
    signalsPerMinutePerAddress: Infinity,
    historyBytesPerMinute: Infinity,
    historyBytesPerMinutePerAddress: Infinity,
    newChannelsPerDay: Infinity,
    storedBytesPerDay: Infinity,
    proxyHops: 0,
    shared: { redis: undefined, prefix: 'test', replicas: 1 },
    registry,
    add: async () => ({ used: 0, resetMs: 1 }),
    exists: async () => false,
    ...some,
  })
}
