/** How Kayenta judges a metric; see its docs/canary-config.md. */
interface Judgement {
  direction: 'increase' | 'decrease' | 'either'
  nanStrategy: 'remove' | 'replace'
  critical?: true
  mustHaveData?: true
  effectSize: { allowedIncrease: number; criticalIncrease?: number }
}

const within = (component: string): string =>
  `namespace="\${location}",pod=~"\${scope}-${component}-.+"`
const GATEWAY = within('gateway')
const POSTS = `route="/channels/:channel/messages",method="POST",${within('ingest')}`

function metric(name: string, group: string, query: string, judgement: Judgement) {
  return {
    name,
    groups: [group],
    scopeName: 'default',
    query: {
      type: 'prometheus',
      serviceType: 'prometheus',
      // A whole query: of a metric's name, Kayenta would average all series that it finds.
      customInlineTemplate: `PromQL:${query}`,
    },
    analysisConfigurations: { canary: judgement },
  }
}

/** More is worse, and no data means that something does not work. */
const measured = (allowedIncrease: number): Judgement => ({
  direction: 'increase',
  nanStrategy: 'remove',
  mustHaveData: true,
  effectSize: { allowedIncrease },
})

/** More is worse, and no data means that it did not happen. */
const counted = (allowedIncrease: number): Judgement => ({
  direction: 'increase',
  nanStrategy: 'replace',
  effectSize: { allowedIncrease },
})

/** Ends the release at once. */
const critical = (judgement: Judgement): Judgement => ({
  ...judgement,
  critical: true,
  effectSize: { ...judgement.effectSize, criticalIncrease: 1.5 },
})

/** What Kayenta compares. Each query sums over the pods of a release, so that both sides have the same labels: none. */
export const canaryConfig = {
  // Chosen here, so that the pipeline knows it, and saving again changes the same configuration.
  id: 'causeway',
  name: 'causeway',
  description: 'Delivery, failed posts, readers that come back, and what the processes cost',
  applications: ['causeway'],
  configVersion: '1',
  judge: { name: 'NetflixACAJudge-v1.0', judgeConfigurations: {} },
  metrics: [
    metric(
      'Delivery lag, 99th percentile',
      'Delivery',
      `histogram_quantile(0.99, sum by (le) (rate(causeway_gateway_delivery_lag_seconds_bucket{${GATEWAY}}[5m])))`,
      measured(1.25),
    ),
    metric(
      'Time until a post is answered, 99th percentile',
      'Delivery',
      `histogram_quantile(0.99, sum by (le) (rate(causeway_http_request_duration_seconds_bucket{${POSTS}}[5m])))`,
      measured(1.25),
    ),
    metric(
      'Share of posts that fail',
      'Errors',
      `sum(rate(causeway_http_request_duration_seconds_count{status=~"5xx|aborted",${POSTS}}[5m])) / sum(rate(causeway_http_request_duration_seconds_count{${POSTS}}[5m]))`,
      critical(counted(1.1)),
    ),
    metric(
      'Gaps reported to readers',
      'Errors',
      `sum(rate(causeway_gateway_gaps_total{${GATEWAY}}[5m]))`,
      critical(counted(1)),
    ),
    metric(
      'Readers that come back, per stream',
      'Streams',
      `sum(rate(causeway_gateway_stream_starts_total{since="id",${GATEWAY}}[5m])) / sum(causeway_gateway_streams{${GATEWAY}})`,
      counted(1.25),
    ),
    metric(
      'Readers refused for now',
      'Streams',
      `sum(rate(causeway_gateway_refusals_total{${GATEWAY}}[5m]))`,
      counted(1.1),
    ),
    metric(
      'Event loop lag, 99th percentile',
      'Saturation',
      `max(nodejs_eventloop_lag_p99_seconds{${within('(ingest|gateway|account)')}})`,
      measured(1.25),
    ),
    metric(
      'Memory of the gateways, per stream',
      'Saturation',
      `sum(process_resident_memory_bytes{${GATEWAY}}) / sum(causeway_gateway_streams{${GATEWAY}})`,
      measured(1.25),
    ),
  ],
  templates: {},
  classifier: { groupWeights: { Delivery: 40, Errors: 30, Streams: 15, Saturation: 15 } },
}
