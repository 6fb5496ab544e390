import { expect, test } from '@jest/globals'
import { Registry } from 'prom-client'
import { createPrimedCounter } from './primedCounter.ts'

function counterOf(values: Record<string, 0>) {
  const registry = new Registry()
  const counter = createPrimedCounter(registry, { name: 'a', help: 'b', label: 'reason', values })
  return { counter, series: async () => (await registry.metrics()).match(/^a\{.*$/gm) }
}

test('A primed counter is at 0 for each value before any event', async () => {
  expect(await counterOf({ lost: 0, 'max-age': 0 }).series()).toEqual([
    'a{reason="lost"} 0',
    'a{reason="max-age"} 0',
  ])
})

test('A primed counter counts from 0', async () => {
  const { counter, series } = counterOf({ lost: 0, retention: 0 })
  counter.inc({ reason: 'lost' })
  expect(await series()).toEqual(['a{reason="lost"} 1', 'a{reason="retention"} 0'])
})
