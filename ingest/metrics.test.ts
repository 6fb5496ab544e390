import { expect, test } from '@jest/globals'
import { Registry } from 'prom-client'
import { PROBLEMS } from '../contract/problem.ts'
import { createIngestMetrics } from './metrics.ts'

test('every outcome is counted from zero on: a rate over a series that begins at 1 would be none', async () => {
  const { posts, publishes } = createIngestMetrics(new Registry())
  const outcomes = async (counter: typeof posts) =>
    (await counter.get()).values.map(({ labels, value }) => [labels.outcome, value])
  expect(Object.fromEntries(await outcomes(posts))).toEqual(
    Object.fromEntries(['created', 'repeated', ...Object.keys(PROBLEMS)].map((name) => [name, 0])),
  )
  expect(Object.fromEntries(await outcomes(publishes))).toEqual({
    acked: 0,
    failed: 0,
    skipped: 0,
    nobody: 0,
  })
})
