import type { Row } from './dashboard.ts'

/** What comes in, by every door, and what goes out by retention. */
export const posts: Row = {
  title: 'Posts',
  panels: [
    {
      title: 'Posts by outcome',
      description: 'created and repeated are successes; the others are problems, by their names.',
      unit: 'cps',
      queries: [
        {
          promql: 'sum by (outcome) (rate(causeway_posts_total{$in}[$__rate_interval]))',
          legend: '{{outcome}}',
        },
      ],
    },
    {
      title: 'Posts by MQTT by outcome, and receipts',
      description: 'Packets of devices, as posts; and what became of the receipts asked for.',
      unit: 'cps',
      queries: [
        {
          promql: 'sum by (outcome) (rate(causeway_mqtt_posts_total{$in}[$__rate_interval]))',
          legend: '{{outcome}}',
        },
        {
          promql: 'sum by (outcome) (rate(causeway_mqtt_receipts_total{$in}[$__rate_interval]))',
          legend: 'receipt {{outcome}}',
        },
      ],
    },
    {
      title: 'Time to answer a post',
      description: 'From the request to the end of the response; nearly all of it is the commit.',
      unit: 's',
      queries: [0.5, 0.95, 0.99].map((quantile) => ({
        promql: `histogram_quantile(${quantile}, sum by (le) (rate(causeway_http_request_duration_seconds_bucket{method="POST",route!="/messages",$in}[$__rate_interval])))`,
        legend: `${quantile * 100} %`,
      })),
    },
    {
      title: 'Requests by status',
      description:
        'Requests to post and to read history, without streams. 5xx are faults of Causeway.',
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
      title: 'Messages removed',
      description:
        'Because RETENTION does not keep them. A pass over all channels comes once a minute.',
      unit: 'cps',
      queries: [
        {
          promql: 'sum(rate(causeway_retention_removed_total{$in}[$__rate_interval]))',
          legend: 'removed',
        },
      ],
    },
    {
      title: 'Clocks',
      description:
        "How far Postgres' clock differs from each ingest's, and how far the log's last time is ahead. Seconds are harmless; minutes mean a wrong clock.",
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
}
