import type { Row } from './dashboard.ts'

/** How copies get from ingest to the gateways, and whether they are authentic. */
export const road: Row[] = [
  {
    title: 'The way to the streams',
    panels: [
      {
        title: 'Copies over MQTT',
        description:
          'nobody: no bridge is subscribed. failed, skipped: the broker is away or slow. These messages come late.',
        unit: 'cps',
        queries: [
          {
            promql: 'sum by (outcome) (rate(causeway_publishes_total{$in}[$__rate_interval]))',
            legend: '{{outcome}}',
          },
        ],
      },
      {
        title: 'How messages came to Redis',
        description:
          'received over MQTT; fetched from the log because no copy came; appended in all. Each bridge does all of it.',
        unit: 'cps',
        queries: ['received', 'fetched', 'appended'].map((word) => ({
          promql: `sum(rate(causeway_bridge_${word}_total{$in}[$__rate_interval]))`,
          legend: word,
        })),
      },
      {
        title: 'Redis behind the log',
        description: 'Messages, as each bridge sees it once a second.',
        unit: 'short',
        queries: [
          {
            promql: 'max by (instance) (causeway_bridge_lag_messages{$in})',
            legend: '{{instance}}',
          },
        ],
      },
    ],
  },
  {
    title: 'What copies prove',
    panels: [
      {
        title: 'Copies refused',
        description:
          'Copies over MQTT or Redis without a valid MAC. If there are any, somebody else writes there, or keys differ.',
        unit: 'cps',
        queries: [
          {
            promql:
              'sum by (job, instance, source) (rate(causeway_refused_copies_total{$in}[$__rate_interval]))',
            legend: '{{job}} {{instance}}: {{source}}',
          },
        ],
      },
      {
        title: 'Epochs ended',
        description:
          'How often a process found that the log went back, since the process started. Stored messages are lost.',
        unit: 'short',
        queries: [
          {
            promql: 'sum by (job, instance) (causeway_epochs_ended_total{$in})',
            legend: '{{job}} {{instance}}',
          },
        ],
      },
    ],
  },
]
