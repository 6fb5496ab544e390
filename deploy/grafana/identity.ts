import type { Row } from './dashboard.ts'

/** Who comes in, whether services know who may do what, and who is told to wait. With AUTH=open only the last shows something. */
export const identity: Row[] = [
  {
    title: 'Identity',
    panels: [
      {
        title: 'Sign-ins',
        description:
          'By what a session began with. refused: a wrong name or password, or a ban; many of them are guesses.',
        unit: 'cps',
        queries: [
          {
            promql: 'sum by (outcome) (rate(causeway_sign_ins_total{$in}[$__rate_interval]))',
            legend: '{{outcome}}',
          },
        ],
      },
      {
        title: 'Tokens issued',
        description: 'For sessions, again before each ends, and for API keys.',
        unit: 'cps',
        queries: [
          {
            promql: 'sum by (outcome) (rate(causeway_tokens_issued_total{$in}[$__rate_interval]))',
            legend: '{{outcome}}',
          },
        ],
      },
      {
        title: 'Tokens by outcome',
        description:
          'Each process verifies a token once. expired: clients renew too late. Others: wrong issuers, clocks or keys, or an attack.',
        unit: 'cps',
        queries: [
          {
            promql: 'sum by (outcome) (rate(causeway_tokens_total{$in}[$__rate_interval]))',
            legend: '{{outcome}}',
          },
        ],
      },
      {
        title: 'Refused by limits',
        description: 'Requests of a principal or an address that used too much.',
        unit: 'cps',
        queries: [
          {
            promql: 'sum by (limit) (rate(causeway_limited_total{$in}[$__rate_interval]))',
            legend: '{{limit}}',
          },
        ],
      },
    ],
  },
  {
    title: 'What identity rests on',
    panels: [
      {
        title: 'Age of the grants in memory',
        description:
          'Below a second while Postgres is there. Above 30 s a service lets nobody new in.',
        unit: 's',
        queries: [
          {
            promql: 'max by (job, instance) (causeway_access_age_seconds{$in})',
            legend: '{{job}} {{instance}}',
          },
        ],
      },
      {
        title: 'Grants and revocations in memory',
        description: 'Rows, of 300 to 700 bytes each. MAX_GRANTS of account bounds them.',
        unit: 'short',
        queries: [
          {
            promql: 'max by (job, instance) (causeway_access_rows{$in})',
            legend: '{{job}} {{instance}}',
          },
        ],
      },
      {
        title: 'Life of the signing key',
        description: 'How long the newest one still signs. The next comes ten minutes before that.',
        unit: 's',
        queries: [
          {
            promql: 'min by (instance) (causeway_account_signing_key_life_seconds{$in})',
            legend: '{{instance}}',
          },
        ],
      },
    ],
  },
]
