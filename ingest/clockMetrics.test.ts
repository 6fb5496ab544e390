import { expect, test } from '@jest/globals'
import { Registry } from 'prom-client'
import { createClockMetrics } from './clockMetrics.ts'

async function read(difference: number, lastAt: number): Promise<number[]> {
  const registry = new Registry()
  createClockMetrics(registry, () => ({ difference, lastAt }))
  const text = await registry.metrics()
  return ['clock_difference', 'log_ahead'].map((name) =>
    Number(new RegExp(`^causeway_ingest_${name}_seconds (.*)$`, 'm').exec(text)?.[1]),
  )
}

test('the metrics show how far the clocks differ and the log is ahead, at the time of the scrape', async () => {
  expect(await read(0, 0)).toEqual([0, 0])
  expect(await read(-2.5, Date.now() - 5_000)).toEqual([-2.5, 0])
  expect(await read(60, Date.now() + 3_600_000)).toEqual([60, expect.closeTo(3_600, -2)])
})
