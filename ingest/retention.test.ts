import { expect, test } from '@jest/globals'
import { pino } from 'pino'
import { Registry } from 'prom-client'
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

/** What a step of either kind removes. It reaches the range's end unless the test says otherwise. */
interface Answer {
  removed: number
  reached?: number
  more?: boolean
}

/**
 * Retention of a log with channels a.1, b, c and kept, two of which come at once; each has its position in `firsts` and six messages.
 * Each step is answered as the test says, then by nothing removed.
 */
function start(
  answers: (Answer | Promise<Answer> | undefined | 'fail')[],
  firsts: Record<string, number> = { 'a.1': 800_001, b: 900_001, c: 1, kept: 2 },
) {
  const clock = new VirtualClock()
  const told: string[] = []
  const names = ['a.1', 'b', 'c', 'kept']
  const rests: number[] = []
  const { retention: metrics } = createIngestMetrics(new Registry())
  const answer = async (step: string): Promise<Answer | undefined> => {
    told.push(step)
    clock.hold(20)
    const next = answers.length === 0 ? { removed: 0 } : answers.shift()
    if (next === 'fail') throw new Error('away')
    return next
  }
  const retention = new Retention({
    log: {
      positionBefore: async (seconds) => 1_000_000 - seconds,
      channelsAfter: async (name) =>
        names
          .filter((one) => one > name)
          .slice(0, 2)
          .map((channel) => ({ channel, first: firsts[channel] ?? Infinity, messages: 6 })),
      stepAlong: async ({ after, upTo }, goes) => {
        const going = names.map((name) => `${name} ${goes(name, 850_000) ? 'goes' : 'stays'}`)
        const found = await answer(`${after} to ${upTo}: ${going.join(', ')}`)
        return found && { reached: upTo, ...found }
      },
      stepBeyond: async (bounds, youngest) => {
        const list = bounds.map(({ channel, keep }) => `${channel} keeps ${keep}`)
        const found = await answer(`${list.join(', ')}, none above ${youngest}`)
        return found && { more: false, ...found }
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
    for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate)
  }
  return { retention, told, rests, counts, minute }
}

// The rule for a.* keeps two days, the one for b one. Of what has no rule for its age, nothing goes.
const WHICH = 'a.1 stays, b goes, c stays, kept stays'
const A = `800000 to 827200: ${WHICH}`
const OLD_B = `900000 to 913600: ${WHICH}`
const B = 'b keeps 5, none above 999400'

test('a pass goes along the log from each rule’s first message that is too old, and then by number, with a rest after each step', async () => {
  const run = start([
    { removed: 1_000, reached: 810_000 },
    { removed: 2 },
    { removed: 1 },
    { removed: 1, more: true },
  ])
  expect(run.told).toEqual([])
  await run.minute()
  expect(run.told).toEqual([A, `810000 to 827200: ${WHICH}`, OLD_B, B, B, 'drop'])
  expect(run.rests.filter((ms) => ms > 0)).toEqual([20, 20, 20, 40, 40])
  expect(await run.counts()).toEqual(['1 done', 1_004])
})

test('what two rules leave to one part of the log is looked at once', async () => {
  const run = start([], { 'a.1': 800_001, b: 820_001, c: 1, kept: 2 })
  await run.minute()
  expect(run.told).toEqual([`800000 to 913600: ${WHICH}`, B, 'drop'])
})

test('a pass that finds nothing too old does not go along the log', async () => {
  const run = start([], { 'a.1': 827_201, b: 913_601, c: 1, kept: 2 })
  await run.minute()
  expect(run.told).toEqual([B, 'drop'])
})

test('a pass ends if another ingest removes messages', async () => {
  const run = start([undefined])
  await run.minute()
  expect(run.told).toEqual([A])
  expect(await run.counts()).toEqual(['1 busy', 0])
})

test('a pass that fails is counted and logged, and the next one tries again', async () => {
  const run = start(['fail', { removed: 1 }])
  await run.minute()
  expect(run.told).toEqual([A, 'cannot remove old messages'])
  await run.minute()
  expect(run.told.slice(2)).toEqual([A, OLD_B, B, 'drop'])
  expect(await run.counts()).toEqual(['1 done,1 failed', 1])
})

test('a close waits for the step under way, and no other begins', async () => {
  let answer: ((step: Answer) => void) | undefined
  const run = start([new Promise((resolve) => (answer = resolve))])
  await run.minute()
  const closed = run.retention.close()
  await run.minute()
  expect(run.told).toEqual([A])
  answer?.({ removed: 1_000, reached: 850_000 })
  await closed
  await run.minute()
  expect([run.told, await run.counts()]).toEqual([
    [A, 'closed'],
    ['', 1_000],
  ])
})
