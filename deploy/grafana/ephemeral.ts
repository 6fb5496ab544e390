import type { Row } from './dashboard.ts'

const rateOf = (metric: string) => ({
  promql: `sum by (outcome) (rate(${metric}{$in}[$__rate_interval]))`,
  legend: '{{outcome}}',
})

/** What nobody stores: who is present, and signals. */
export const ephemeral: Row = {
  title: 'Presence and signals',
  panels: [
    {
      title: 'People present',
      description: 'Once in each channel, and once for each gateway that they have a stream at.',
      unit: 'short',
      queries: [{ promql: 'sum(causeway_gateway_present{$in})', legend: 'present' }],
    },
    {
      title: 'People who are not counted',
      description: 'A gateway has MAX_PRESENCES already. They hear, and are not seen.',
      unit: 'cps',
      queries: [
        {
          promql: 'sum(rate(causeway_gateway_presence_left_out_total{$in}[$__rate_interval]))',
          legend: 'left out',
        },
      ],
    },
    {
      title: 'Looks for occupancy',
      description:
        'Ingests ask Redis how many people are in channels. failed: it is away or too slow, and the channels are listed without a number.',
      unit: 'cps',
      queries: [rateOf('causeway_occupancy_looks_total')],
    },
    {
      title: 'Signals sent',
      description: 'At ingest. unavailable: dropped at once, because the broker is away or busy.',
      unit: 'cps',
      queries: [rateOf('causeway_signals_total')],
    },
    {
      title: 'Signals at bridges',
      description: 'Each bridge passes on each signal. dropped: too many, or Redis is away.',
      unit: 'cps',
      queries: [rateOf('causeway_bridge_signals_total')],
    },
    {
      title: 'Signals for streams',
      description:
        'By what became of them: only sent got there. slow: a reader takes nothing; late and rate: too many; old: clocks differ, or somebody repeats signals.',
      unit: 'cps',
      queries: [rateOf('causeway_gateway_signals_total')],
    },
  ],
}
