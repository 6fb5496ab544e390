import type { Dashboard } from './dashboard.ts'

/** Every process: what it does, and how near it is to its limits. */
export const processes: Dashboard = {
  uid: 'causeway-processes',
  title: 'Causeway: processes',
  description: 'Every ingest, bridge, gateway, account and edge: load, memory, and what runs.',
  rows: [
    {
      title: 'Load',
      panels: [
        {
          title: 'CPU',
          description: 'Cores in use. A process uses little more than one.',
          unit: 'short',
          queries: [
            {
              promql:
                'sum by (job, instance) (rate(process_cpu_seconds_total{$in}[$__rate_interval]))',
              legend: '{{job}} {{instance}}',
            },
          ],
        },
        {
          title: 'Resident memory',
          description: 'A gateway refuses new streams at four fifths of its limit.',
          unit: 'bytes',
          queries: [
            {
              promql: 'sum by (job, instance) (process_resident_memory_bytes{$in})',
              legend: '{{job}} {{instance}}',
            },
          ],
        },
        {
          title: 'Event loop delay, 99 %',
          description:
            'How long new work waits in a process. Above 100 ms the process is overloaded.',
          unit: 's',
          queries: [
            {
              promql: 'max by (job, instance) (nodejs_eventloop_lag_p99_seconds{$in})',
              legend: '{{job}} {{instance}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Gateways',
      panels: [
        {
          title: 'Deliveries by gateway',
          description: 'Messages written to streams, per second.',
          unit: 'cps',
          queries: [
            {
              promql:
                'sum by (instance) (rate(causeway_gateway_deliveries_total{$in}[$__rate_interval]))',
              legend: '{{instance}}',
            },
          ],
        },
        {
          title: 'Channels by gateway',
          description: 'Channels that a gateway is subscribed to.',
          unit: 'short',
          queries: [
            {
              promql: 'sum by (instance) (causeway_gateway_channels{$in})',
              legend: '{{instance}}',
            },
          ],
        },
        {
          title: 'Reads of the past',
          description: 'Pages read for streams that came back, by source.',
          unit: 'cps',
          queries: [
            {
              promql: 'sum by (source) (rate(causeway_gateway_reads_total{$in}[$__rate_interval]))',
              legend: '{{source}}',
            },
          ],
        },
        {
          title: 'Live by gateway',
          description: '1: messages come over Redis. 0: the log is read once a second.',
          unit: 'bool',
          queries: [
            {
              promql: 'min by (instance) (causeway_gateway_live{$in})',
              legend: '{{instance}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Edge',
      panels: [
        {
          title: 'Streams by edge',
          description: 'Connections that nginx writes to. Others read a request, or wait for one.',
          unit: 'short',
          queries: [
            {
              promql: 'sum by (instance) (causeway_edge_connections{$in,state="writing"})',
              legend: '{{instance}}',
            },
          ],
        },
        {
          title: 'Room at the edge',
          description: 'Share of the streams that a pod has memory and connections for.',
          unit: 'percentunit',
          queries: [
            {
              promql:
                'sum by (instance) (causeway_edge_connections{$in,state="writing"}) / sum by (instance) (causeway_edge_stream_capacity{$in})',
              legend: '{{instance}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Ingests and bridges',
      panels: [
        {
          title: 'Copies in flight',
          description:
            'Publishes that wait for the broker. Above the window (1000) publishes are skipped.',
          unit: 'short',
          queries: [
            {
              promql: 'sum by (instance) (causeway_publishes_in_flight{$in})',
              legend: '{{instance}}',
            },
          ],
        },
        {
          title: 'Failed actions of bridges',
          description: 'By action; each is repeated until it succeeds.',
          unit: 'cps',
          queries: [
            {
              promql:
                'sum by (action) (rate(causeway_bridge_failures_total{$in}[$__rate_interval]))',
              legend: '{{action}}',
            },
          ],
        },
        {
          title: 'What runs',
          description: 'Processes by version; two versions at once only during a roll-out.',
          unit: 'short',
          queries: [
            {
              promql: 'sum by (service, version) (causeway_build_info{$in})',
              legend: '{{service}} {{version}}',
            },
          ],
        },
      ],
    },
  ],
}
