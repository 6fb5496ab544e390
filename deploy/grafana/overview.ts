import type { Dashboard } from './dashboard.ts'
import { ephemeral } from './ephemeral.ts'
import { history } from './history.ts'
import { identity } from './identity.ts'
import { posts } from './posts.ts'
import { road } from './road.ts'

/** Whether Causeway does what it promises, on one page. */
export const overview: Dashboard = {
  uid: 'causeway-overview',
  title: 'Causeway: overview',
  description: 'Posts, delivery and readers. Start here; the processes have their own page.',
  rows: [
    {
      title: 'Now',
      panels: [
        {
          title: 'Streams',
          description: 'Readers that are connected, over all gateways.',
          unit: 'short',
          isStat: true,
          queries: [{ promql: 'sum(causeway_gateway_streams{$in})', legend: 'streams' }],
        },
        {
          title: 'Posts stored',
          description: 'Messages that got a position, per second.',
          unit: 'cps',
          isStat: true,
          queries: [
            {
              promql: 'sum(rate(causeway_posts_total{outcome="created",$in}[$__rate_interval]))',
              legend: 'posts',
            },
          ],
        },
        {
          title: 'Messages delivered',
          description: 'Messages written to streams, per second.',
          unit: 'cps',
          isStat: true,
          queries: [
            {
              promql: 'sum(rate(causeway_gateway_deliveries_total{$in}[$__rate_interval]))',
              legend: 'deliveries',
            },
          ],
        },
        {
          title: 'Redis behind the log',
          description:
            'Messages that are stored but not yet in Redis, by the bridge that is further ahead.',
          unit: 'short',
          isStat: true,
          queries: [{ promql: 'min(causeway_bridge_lag_messages{$in})', legend: 'behind' }],
        },
        {
          title: 'Gateways live',
          description: 'The share of gateways that get messages over Redis. The rest read the log.',
          unit: 'percentunit',
          isStat: true,
          queries: [{ promql: 'avg(causeway_gateway_live{$in})', legend: 'live' }],
        },
      ],
    },
    posts,
    history,
    {
      title: 'Delivery',
      panels: [
        {
          title: 'Age of messages when they are written to streams',
          description:
            'Since the time in the message; of messages that are written together, the oldest counts.',
          unit: 's',
          queries: [0.5, 0.95, 0.99].map((quantile) => ({
            promql: `histogram_quantile(${quantile}, sum by (le) (rate(causeway_gateway_delivery_lag_seconds_bucket{$in}[$__rate_interval])))`,
            legend: `${quantile * 100} %`,
          })),
        },
        {
          title: 'In time',
          description: 'The share that was written within a second; the objective is 99 %.',
          unit: 'percentunit',
          queries: [
            {
              promql:
                'sum(rate(causeway_gateway_delivery_lag_seconds_bucket{le="1",$in}[$__rate_interval])) / sum(rate(causeway_gateway_delivery_lag_seconds_count{$in}[$__rate_interval]))',
              legend: 'within 1 s',
            },
          ],
        },
      ],
    },
    ...road,
    {
      title: 'Readers',
      panels: [
        {
          title: 'Streams by gateway',
          description:
            'Gateways far above the mean let streams move, from half a minute after a scale-up on.',
          unit: 'short',
          queries: [
            {
              promql: 'sum by (instance) (causeway_gateway_streams{$in})',
              legend: '{{instance}}',
            },
          ],
        },
        {
          title: 'Streams of the fullest gateway, against the mean',
          description:
            'As the gateways know it from each other. Above 1.1 streams move, unless few are open; 1 without a common Redis.',
          unit: 'short',
          queries: [
            {
              promql:
                'max(causeway_gateway_streams{$in} / (causeway_gateway_streams_mean{$in} > 0))',
              legend: 'fullest / mean',
            },
          ],
        },
        {
          title: 'Streams begun',
          description:
            'By their starting point: id and position are readers that came back, now and last are new ones.',
          unit: 'cps',
          queries: [
            {
              promql:
                'sum by (since) (rate(causeway_gateway_stream_starts_total{$in}[$__rate_interval]))',
              legend: '{{since}}',
            },
          ],
        },
        {
          title: 'Streams that gateways ended',
          description:
            'shutdown, max-age and moved are normal; slow: the reader took nothing for too long; unavailable: a server was away.',
          unit: 'cps',
          queries: [
            {
              promql:
                'sum by (reason) (rate(causeway_gateway_stream_ends_total{$in}[$__rate_interval]))',
              legend: '{{reason}}',
            },
          ],
        },
        {
          title: 'Gaps, resets, refusals and rejections',
          description:
            'Gaps: a reader cannot have messages. Resets: it must start over. Refusals: it must come back later. Rejections: mistakes in requests.',
          unit: 'cps',
          queries: ['gaps', 'resets', 'refusals', 'rejections'].map((word) => ({
            promql: `sum by (reason) (rate(causeway_gateway_${word}_total{$in}[$__rate_interval]))`,
            legend: `${word}: {{reason}}`,
          })),
        },
      ],
    },
    ephemeral,
    ...identity,
  ],
}
