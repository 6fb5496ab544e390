import { expect, test } from '@jest/globals'
import { Registry } from 'prom-client'
import type { OutboxState } from '../history/outboxState.ts'
import { VirtualClock } from '../test/support/virtualClock.ts'
import { createOutboxMetrics, OutboxWatch } from './outboxWatch.ts'

/** What a watch shows after each of these looks; undefined fails. */
async function shown(looks: (OutboxState | undefined)[]): Promise<number[][]> {
  const clock = new VirtualClock()
  const metrics = createOutboxMetrics(new Registry())
  const left = [...looks]
  const look = async (): Promise<OutboxState> => {
    const state = left.shift()
    if (state === undefined) throw new Error('away')
    return state
  }
  const watch = new OutboxWatch({ look, metrics, clock })
  const found: number[][] = []
  for (const _ of looks) {
    await new Promise(setImmediate)
    const { values } = await metrics.messages.get()
    const [oldest] = (await metrics.oldest.get()).values
    found.push([...values, ...(oldest === undefined ? [] : [oldest])].map(({ value }) => value))
    clock.pass(5_000)
  }
  await watch.close()
  return found
}

test('A watch of the outbox shows what waits, at its start and from time to time', async () => {
  expect(
    await shown([
      { waiting: 7, refused: 1, oldestSeconds: 12.5 },
      { waiting: 0, refused: 1, oldestSeconds: 0 },
    ]),
  ).toEqual([
    [7, 1, 12.5],
    [0, 1, 0],
  ])
})

test('A watch of the outbox shows no old number while it cannot look, and the right one afterwards', async () => {
  const state = { waiting: 7, refused: 0, oldestSeconds: 1 }
  expect(await shown([state, undefined, state])).toEqual([
    [7, 0, 1],
    [NaN, NaN, NaN],
    [7, 0, 1],
  ])
})
