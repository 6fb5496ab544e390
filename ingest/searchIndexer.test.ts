import { expect, test } from '@jest/globals'
import { pino } from 'pino'
import { disposables } from '../test/support/disposables.ts'
import { VirtualClock } from '../test/support/virtualClock.ts'
import { SearchIndexer } from './searchIndexer.ts'

const opened = disposables()
const turn = (): Promise<void> => new Promise(setImmediate)

/** Each step takes ten milliseconds, and is answered as the test says; after the last answer there is nothing more. */
function start(answers: (boolean | 'fail')[], load = 0) {
  const clock = new VirtualClock()
  const told: string[] = []
  const rests: number[] = []
  let steps = 0
  const indexer = new SearchIndexer({
    index: async () => {
      steps++
      await Promise.resolve()
      const answer = answers.shift() ?? false
      clock.hold(10)
      if (answer === 'fail') throw new Error('away')
      return answer
    },
    load: () => load,
    clock,
    rest: async (ms) => void rests.push(ms),
    logger: pino({ level: 'warn' }, { write: (line) => void told.push(line) }),
  })
  opened.add(() => indexer.close())
  const pass = async (ms: number): Promise<void> => {
    clock.pass(ms)
    await turn()
  }
  return { indexer, pass, told, rests, steps: () => steps }
}

test('Messages are put into the search until there are no more, with a rest as long as each step', async () => {
  const { pass, rests, steps } = start([true, true, true])
  await pass(300)
  expect([steps(), rests]).toEqual([4, [10, 10, 10]])
  await pass(300)
  expect(steps()).toBe(5)
})

test.each([
  ['half a batch', 0.5, 50],
  ['a full batch', 1, 90],
  ['more than that', 7, 90],
])('A rest is longer while there is %s to append', async (_how, load, ms) => {
  const { pass, rests } = start([true, true], load)
  await pass(300)
  expect(rests).toEqual([ms, ms])
})

test('A failure is told once, and tried again', async () => {
  const { pass, told, steps } = start(['fail', 'fail', false, 'fail'])
  await pass(300)
  await pass(300)
  expect([steps(), told.length]).toEqual([2, 1])
  await pass(300)
  await pass(300)
  expect([steps(), told.length]).toEqual([4, 2])
})

test('A stop begins no other step', async () => {
  const { indexer, pass, steps } = start([true, true, true])
  await indexer.close()
  await pass(1_000)
  expect(steps()).toBe(0)
})
