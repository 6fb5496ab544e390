import { expect, test } from '@jest/globals'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import type { Bound, Step } from '../history/retention.ts'
import { disposables } from '../test/support/disposables.ts'
import { VirtualClock } from '../test/support/virtualClock.ts'
import { createIngestMetrics } from './metrics.ts'
import { Retention } from './retention.ts'

const opened = disposables()
const RULES = [
  { pattern: 'a.*', days: 2 },
  { pattern: 'b', days: 1, messages: 5 },
  { pattern: 'c', messages: 7 },
]

/** Retention of a log with channels a.1, b, c and kept, two of which come at once. Each step is answered as the test says. */
function start(answers: (Step | Promise<Step> | undefined | 'fail')[]) {
  const clock = new VirtualClock()
  const told: string[] = []
  const names = ['a.1', 'b', 'c', 'kept']
  const rests: number[] = []
  const { retention: metrics } = createIngestMetrics(new Registry())
  const tell = (bounds: readonly Bound[], youngest: number): void => {
    const list = bounds.map(({ channel, upTo, keep }) => `${channel} to ${upTo} keep ${keep}`)
    told.push(`${list.join(', ')}, none above ${youngest}`)
  }
  const retention = new Retention({
    log: {
      positionBefore: async (seconds) => 1_000_000 - seconds,
      channelsAfter: async (name) => names.filter((one) => one > name).slice(0, 2),
      step: async (bounds, youngest) => {
        tell(bounds, youngest)
        clock.hold(20)
        const answer = answers.shift()
        if (answer === 'fail') throw new Error('away')
        return answer
      },
      dropPartitions: async () => {
        told.push('drop')
        return 0
      },
      close: async () => void told.push('closed'),
    },
    rules: RULES,
    clock,
    rest: async (ms) => rests.push(ms),
    logger: pino(
      { level: 'error' },
      { write: (line: string) => void told.push(JSON.parse(line).msg) },
    ),
    metrics,
  })
  opened.add(() => retention.close())
  const counts = async () => {
    const passes = (await metrics.passes.get()).values.filter(({ value }) => value > 0)
    const [removed] = (await metrics.removed.get()).values
    return [passes.map(({ labels, value }) => `${value} ${labels.outcome}`).join(), removed?.value]
  }
  const minute = async (): Promise<void> => {
    clock.pass(60_000)
    for (let turns = 0; turns < 5; turns++) await new Promise(setImmediate)
  }
  return { retention, told, rests, counts, minute }
}

const AB = 'a.1 to 827200 keep Infinity, b to 913600 keep 5, none above 999400'
const C = 'c to 0 keep 7, none above 999400'

test('a pass removes step by step what the first matching rules do not keep, with as long a rest after each', async () => {
  const run = start([
    { removed: 1_000, more: true },
    { removed: 3, more: false },
    { removed: 0, more: false },
  ])
  expect(run.told).toEqual([])
  await run.minute()
  expect(run.told).toEqual([AB, AB, C, 'drop'])
  expect(run.rests).toEqual([20, 20, 20])
  expect(await run.counts()).toEqual(['1 done', 1_003])
})

test('a pass ends if another ingest removes messages', async () => {
  const run = start([undefined])
  await run.minute()
  expect(run.told).toEqual([AB])
  expect(await run.counts()).toEqual(['1 busy', 0])
})

test('a pass that fails is counted and logged, and the next one tries again', async () => {
  const run = start(['fail', { removed: 1, more: false }, { removed: 0, more: false }])
  await run.minute()
  expect(run.told).toEqual([AB, 'cannot remove old messages'])
  await run.minute()
  expect(run.told.slice(2)).toEqual([AB, C, 'drop'])
  expect(await run.counts()).toEqual(['1 done,1 failed', 1])
})

test('a close waits for the step under way, and no other begins', async () => {
  let answer: ((step: Step) => void) | undefined
  const run = start([new Promise((resolve) => (answer = resolve))])
  await run.minute()
  const closed = run.retention.close()
  await run.minute()
  expect(run.told).toEqual([AB])
  answer?.({ removed: 1_000, more: true })
  await closed
  await run.minute()
  expect([run.told, await run.counts()]).toEqual([
    [AB, 'closed'],
    ['', 1_000],
  ])
})
