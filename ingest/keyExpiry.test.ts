import { expect, test } from '@jest/globals'
import { pino } from 'pino'
import { disposables } from '../test/support/disposables.ts'
import { VirtualClock } from '../test/support/virtualClock.ts'
import { KeyExpiry } from './keyExpiry.ts'

const opened = disposables()

/** Steps that end when the test says so, and what they were told to say. */
function start() {
  const clock = new VirtualClock()
  const steps: { answer: (more: boolean) => void; fail: () => void }[] = []
  const warnings: string[] = []
  const expiry = new KeyExpiry({
    clock,
    forget: () =>
      new Promise((answer, reject) => {
        steps.push({ answer, fail: () => reject(new Error('away')) })
      }),
    logger: pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) }),
  })
  opened.add(() => expiry.close())
  /** Lets the running step end, and what follows from that happen. */
  const end = async (how: boolean | 'fail'): Promise<void> => {
    const step = steps.at(-1)
    if (how === 'fail') step?.fail()
    else step?.answer(how)
    await new Promise(setImmediate)
  }
  return { clock, steps, warnings, expiry, end }
}

test('expired keys are deleted once a minute, step by step until there are none', async () => {
  const { clock, steps, end } = start()
  clock.pass(59_999)
  expect(steps).toHaveLength(0)
  clock.pass(1)
  expect(steps).toHaveLength(1)
  await end(true)
  await end(true)
  expect(steps).toHaveLength(3)
  await end(false)
  expect(steps).toHaveLength(3)
  clock.pass(60_000)
  expect(steps).toHaveLength(4)
  await end(false)
})

test('no step begins while another one is under way', async () => {
  const { clock, steps, end } = start()
  clock.pass(300_000)
  expect(steps).toHaveLength(1)
  await end(false)
  clock.pass(60_000)
  expect(steps).toHaveLength(2)
  await end(false)
})

test('a step that fails is logged, and tried again a minute later', async () => {
  const { clock, steps, warnings, end } = start()
  clock.pass(60_000)
  await end('fail')
  expect(warnings).toEqual([expect.stringContaining('cannot delete expired idempotency keys')])
  expect(steps).toHaveLength(1)
  clock.pass(60_000)
  expect(steps).toHaveLength(2)
  await end(false)
})

test('a close waits for the step under way, and no other begins', async () => {
  const { clock, steps, expiry, end } = start()
  clock.pass(60_000)
  let isClosed = false
  const closed = expiry.close().then(() => (isClosed = true))
  await new Promise(setImmediate)
  expect(isClosed).toBe(false)
  await end(true)
  await closed
  clock.pass(600_000)
  expect([steps.length, clock.timers.size]).toEqual([1, 0])
})
