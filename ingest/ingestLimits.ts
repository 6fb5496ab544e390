import type { Registry } from 'prom-client'
import { createLimit } from '../chassis/limits/createLimit.ts'
import { createSubjectOf } from '../chassis/limits/httpLimit.ts'
import { createLimitMetrics } from '../chassis/limits/limitMetrics.ts'
import type { StoreOptions } from '../chassis/limits/store.ts'
import { ExportLimit } from './exportLimit.ts'
import { PostLimits } from './postLimits.ts'
import { Quotas, type QuotasOptions } from './quotas.ts'
import { createReadBytesLimit } from './readBytesLimit.ts'

export interface IngestLimitsOptions extends Pick<QuotasOptions, 'add' | 'exists'> {
  /** See the variables of the same names; Infinity: no limit. */
  postsPerMinute: number
  postsPerMinutePerAddress: number
  signalsPerMinute: number
  signalsPerMinutePerAddress: number
  historyBytesPerMinute: number
  historyBytesPerMinutePerAddress: number
  newChannelsPerDay: number
  storedBytesPerDay: number
  proxyHops: number
  shared: StoreOptions
  registry: Registry
}

/** All that ingest limits per principal and address. */
export type IngestLimits = ReturnType<typeof createIngestLimits>

export function createIngestLimits(options: IngestLimitsOptions) {
  const { shared, registry, proxyHops, add, exists } = options
  const refusals = createLimitMetrics(registry, [
    'posts',
    'posts-by-address',
    'signals',
    'signals-by-address',
    'history',
    'history-by-address',
    'new-channels',
    'stored-bytes',
  ])
  const common = { ...shared, refusals, now: () => performance.now() }
  const subjectOf = createSubjectOf(proxyHops)
  const quotas = new Quotas({
    channelsPerDay: options.newChannelsPerDay,
    bytesPerDay: options.storedBytesPerDay,
    add,
    exists,
    refusals,
    now: () => Date.now(),
  })
  const posts = createLimit(
    {
      name: 'posts',
      perPrincipal: options.postsPerMinute,
      perAddress: options.postsPerMinutePerAddress,
    },
    common,
  )
  const signals = createLimit(
    {
      name: 'signals',
      perPrincipal: options.signalsPerMinute,
      perAddress: options.signalsPerMinutePerAddress,
    },
    common,
  )
  const history = createLimit(
    {
      name: 'history',
      perPrincipal: options.historyBytesPerMinute,
      perAddress: options.historyBytesPerMinutePerAddress,
      unit: 'content-bytes',
    },
    common,
  )
  return {
    signals,
    posts: new PostLimits({ subjectOf, limit: posts, quotas }),
    reads: createReadBytesLimit(history, subjectOf),
    exports: new ExportLimit(history, subjectOf),
    subjectOf,
  }
}
