import { Counter, Gauge, type Registry } from 'prom-client'

export function createIngestMetrics(registry: Registry) {
  const registers = [registry]
  const posts = new Counter({
    name: 'causeway_posts_total',
    help: 'Posts by outcome: created, repeated, or the problem that was answered',
    labelNames: ['outcome'],
    registers,
  })
  const publishes = new Counter({
    name: 'causeway_publishes_total',
    help: 'Messages to MQTT: acked; nobody (acked, but no bridge is subscribed); failed; skipped (broker away or window full)',
    labelNames: ['outcome'],
    registers,
  })
  const inFlight = new Gauge({
    name: 'causeway_publishes_in_flight',
    help: 'Publishes that await their acknowledgement',
    registers,
  })
  // From 0, so that the first increase is seen as one.
  for (const outcome of ['created', 'repeated']) posts.inc({ outcome }, 0)
  for (const outcome of ['acked', 'failed', 'skipped', 'nobody']) publishes.inc({ outcome }, 0)
  return { posts, publishes, inFlight }
}
