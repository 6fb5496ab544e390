import type { Row } from './dashboard.ts'

/** The doors beside posts and streams: messages of applications' transactions, and readers of history that stay for long. */
export const history: Row = {
  title: 'Outbox, search, waits and exports',
  panels: [
    {
      title: 'Messages in the outbox',
      description:
        'Published by causeway_publish, 10,000 at most are counted. waiting is soon 0 again; refused stays until somebody looks at it.',
      unit: 'short',
      queries: [
        {
          promql: 'max by (state) (causeway_outbox_messages{$in})',
          legend: '{{state}}',
        },
      ],
    },
    {
      title: 'Age of the oldest message in the outbox',
      description:
        'Since it was published. A transaction that took long shows its length for a moment.',
      unit: 's',
      queries: [{ promql: 'max(causeway_outbox_oldest_seconds{$in})', legend: 'age' }],
    },
    {
      title: 'Messages that search does not find yet',
      description:
        'newer is soon 0 again. older are from before there was a search, or in another language: they follow while there are no new ones.',
      unit: 'short',
      queries: [
        {
          promql: 'max by (age) (causeway_search_waiting_messages{$in})',
          legend: '{{age}}',
        },
      ],
    },
    {
      title: 'Reads that wait, and exports',
      description:
        'By ingest. Beyond 1,000 waits and 8 exports an ingest answers 503: then add ingests.',
      unit: 'short',
      queries: ['waits', 'exports'].map((word) => ({
        promql: `sum by (instance) (causeway_ingest_${word}{$in})`,
        legend: `${word}: {{instance}}`,
      })),
    },
  ],
}
