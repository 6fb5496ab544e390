import { type Settable, sharedGauge } from '../../chassis/sharedGauge.ts'

/** What a feed tells of itself. */
export interface FeedMetrics {
  channels: Settable
  live: Settable
  lag: { observe: (seconds: number) => void }
}

/** For the feed of each log: they share the gauges of their gateway, all channels together, and live only if each feed is. */
export function createFeedGauges({ channels, live, lag }: FeedMetrics): () => FeedMetrics {
  const channelsOfOne = sharedGauge(channels, (counts) => counts.reduce((sum, one) => sum + one, 0))
  const liveOfOne = sharedGauge(live, (all) => Math.min(...all))
  return () => ({ channels: channelsOfOne(), live: liveOfOne(), lag })
}
