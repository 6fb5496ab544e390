import { expect, test } from '@jest/globals'
import { Registry } from 'prom-client'
import { VirtualClock } from '../test/support/virtualClock.ts'
import { createOutboxMetrics } from './outboxMetrics.ts'
import { createSearchMetrics } from './searchMetrics.ts'
import { Watch } from './watch.ts'

/** The values of all metrics after each of these looks; undefined fails. */
async function shown<State>(
  create: (registry: Registry) => { show: (state: State | undefined) => void },
  looks: (State | undefined)[],
): Promise<unknown[][]> {
  const clock = new VirtualClock()
  const registry = new Registry()
  const left = [...looks]
  const look = async (): Promise<State> => {
    const state = left.shift()
    if (state === undefined) throw new Error('away')
    return state
  }
  const watch = new Watch({ look, clock, ...create(registry) })
  const found: unknown[][] = []
  for (const _ of looks) {
    await new Promise(setImmediate)
    const metrics = await registry.getMetricsAsJSON()
    found.push(metrics.flatMap(({ values }) => values.map(({ value }) => value)))
    clock.pass(5_000)
  }
  await watch.close()
  return found
}

test('A watch of the outbox shows what waits, at its start and from time to time', async () => {
  const looks = [
    { waiting: 7, refused: 1, oldestSeconds: 12.5 },
    { waiting: 0, refused: 1, oldestSeconds: 0 },
  ]
  expect(await shown(createOutboxMetrics, looks)).toEqual([
    [7, 1, 12.5],
    [0, 1, 0],
  ])
})

test('A watch of the search shows what it does not find yet', async () => {
  const looks = [
    { newer: 3, older: 500 },
    { newer: 0, older: 0 },
  ]
  expect(await shown(createSearchMetrics, looks)).toEqual([
    [3, 500],
    [0, 0],
  ])
})

test('A watch shows no old number while it cannot look, and the right one afterwards', async () => {
  const outbox = { waiting: 7, refused: 0, oldestSeconds: 1 }
  expect(await shown(createOutboxMetrics, [outbox, undefined, outbox])).toEqual([
    [7, 0, 1],
    [NaN, NaN, NaN],
    [7, 0, 1],
  ])
  const search = { newer: 1, older: 2 }
  expect(await shown(createSearchMetrics, [search, undefined, search])).toEqual([
    [1, 2],
    [NaN, NaN],
    [1, 2],
  ])
})
