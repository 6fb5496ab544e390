import type { Row } from './dashboard.ts'

/** Who comes in, and whether services know who may do what. Empty with AUTH=open. */
export const identity: Row = {
  title: 'Identity',
  panels: [
    {
      title: 'Ways in',
      description:
        'Sign-ins, renewals and keys that become tokens, by status. Many 4xx of login: somebody guesses passwords.',
      unit: 'reqps',
      queries: [
        {
          promql:
            'sum by (route, status) (rate(causeway_http_request_duration_seconds_count{route=~"/account/(login|callback|guest|renew|token).*",$in}[$__rate_interval]))',
          legend: '{{route}} {{status}}',
        },
      ],
    },
    {
      title: 'Requests beyond a limit',
      description: 'Their principal or address used too much; they were told when to come back.',
      unit: 'cps',
      queries: [
        {
          promql: 'sum by (limit) (rate(causeway_limited_total{$in}[$__rate_interval]))',
          legend: '{{limit}}',
        },
      ],
    },
    {
      title: 'Tokens by outcome',
      description:
        'Each process verifies a token once. expired: clients renew too late. The other refusals: wrong issuers, clocks or keys, or an attack.',
      unit: 'cps',
      queries: [
        {
          promql: 'sum by (outcome) (rate(causeway_tokens_total{$in}[$__rate_interval]))',
          legend: '{{outcome}}',
        },
      ],
    },
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
      description: 'Rows, of some 300 bytes each. MAX_GRANTS of account bounds them.',
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
}
