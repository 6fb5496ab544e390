import type { Dashboard } from './dashboard.ts'
import { road } from './road.ts'

/** Whether Causeway does what it promises, on one page. */
export const overview: Dashboard = {
  uid: 'causeway-overview',
  title: 'Causeway: overview',
  description: 'Posts, delivery and readers. Begin here; the processes are on a page of their own.',
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
            'Messages that are stored and not yet in Redis, as the better bridge sees it.',
          unit: 'short',
          isStat: true,
          queries: [{ promql: 'min(causeway_bridge_lag_messages{$in})', legend: 'behind' }],
        },
        {
          title: 'Gateways live',
          description:
            'Of all gateways, those that get messages over Redis. The rest read the log.',
          unit: 'percentunit',
          isStat: true,
          queries: [{ promql: 'avg(causeway_gateway_live{$in})', legend: 'live' }],
        },
      ],
    },
    {
      title: 'Posts',
      panels: [
        {
          title: 'Posts by outcome',
          description:
            'created and repeated are good; the rest are the problems that were answered, by their names.',
          unit: 'cps',
          queries: [
            {
              promql: 'sum by (outcome) (rate(causeway_posts_total{$in}[$__rate_interval]))',
              legend: '{{outcome}}',
            },
          ],
        },
        {
          title: 'Time to answer a post',
          description: 'From the request to the end of its answer: nearly all of it is the commit.',
          unit: 's',
          queries: [0.5, 0.95, 0.99].map((quantile) => ({
            promql: `histogram_quantile(${quantile}, sum by (le) (rate(causeway_http_request_duration_seconds_bucket{method="POST",$in}[$__rate_interval])))`,
            legend: `${quantile * 100} %`,
          })),
        },
        {
          title: 'Requests by status',
          description: 'Of posts and history, not of streams. 5xx is ours to explain.',
          unit: 'reqps',
          queries: [
            {
              promql:
                'sum by (status) (rate(causeway_http_request_duration_seconds_count{$in}[$__rate_interval]))',
              legend: '{{status}}',
            },
          ],
        },
        {
          title: 'Clocks',
          description:
            "How far Postgres' clock differs from each ingest's, and how far the log's last time is ahead. Seconds mean nothing, minutes a wrong clock.",
          unit: 's',
          queries: [
            {
              promql: 'max by (instance) (abs(causeway_ingest_clock_difference_seconds{$in}))',
              legend: '{{instance}}',
            },
            {
              promql: 'max(causeway_ingest_log_ahead_seconds{$in})',
              legend: 'the log, ahead',
            },
          ],
        },
      ],
    },
    {
      title: 'Delivery',
      panels: [
        {
          title: 'Age of messages when they are written to streams',
          description:
            'From the time that a message carries; of those that are written together, the oldest counts.',
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
          description: 'They spread evenly within an hour, the age at which a stream is ended.',
          unit: 'short',
          queries: [
            {
              promql: 'sum by (instance) (causeway_gateway_streams{$in})',
              legend: '{{instance}}',
            },
          ],
        },
        {
          title: 'Streams begun',
          description:
            'By where they began: id and position are readers that came back, now and last are new ones.',
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
            'shutdown and max-age are ordinary; slow: the reader took nothing for too long; unavailable: something was away.',
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
            'What readers were told that they cannot have, or only later. All of it is an exception. Rejections are mistakes in requests.',
          unit: 'cps',
          queries: ['gaps', 'resets', 'refusals', 'rejections'].map((word) => ({
            promql: `sum by (reason) (rate(causeway_gateway_${word}_total{$in}[$__rate_interval]))`,
            legend: `${word}: {{reason}}`,
          })),
        },
      ],
    },
  ],
}
