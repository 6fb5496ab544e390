import { expect, test } from '@jest/globals'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import type { Moved } from '../history/outbox.ts'
import { disposables } from '../test/support/disposables.ts'
import { VirtualClock } from '../test/support/virtualClock.ts'
import { createIngestMetrics } from './metrics.ts'
import { OutboxMover } from './outboxMover.ts'

const opened = disposables()

/** A mover whose steps end when the test says so. */
function start() {
  const clock = new VirtualClock()
  const steps: { answer: (moved: Moved[]) => void; fail: () => void }[] = []
  const lines: string[] = []
  const published: number[] = []
  const { posts } = createIngestMetrics(new Registry())
  const mover = new OutboxMover({
    clock,
    move: () =>
      new Promise((answer, reject) => {
        steps.push({ answer, fail: () => reject(new Error('away')) })
      }),
    publish: ({ position }) => void published.push(position),
    posts,
    logger: pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) }),
  })
  opened.add(() => mover.close())
  const end = async (how: Moved[] | 'fail'): Promise<void> => {
    const step = steps.at(-1)
    if (how === 'fail') step?.fail()
    else step?.answer(how)
    await new Promise(setImmediate)
  }
  const outcomes = async () => {
    const { values } = await posts.get()
    return Object.fromEntries(
      values.flatMap(({ labels, value }) => (value > 0 ? [[labels.outcome, value]] : [])),
    )
  }
  return { clock, steps, lines, published, mover, end, outcomes }
}

const moved = (position: number, repeated = false): Moved => ({
  appended: {
    entry: { position, previous: 0, id: '', channel: 'a', json: '{}' },
    epoch: 'e',
    link: '',
    repeated,
  },
})

test('A mover looks several times a second, and goes on at once as long as there is something', async () => {
  const { clock, steps, published, end } = start()
  clock.pass(200)
  expect(steps).toHaveLength(1)
  await end([moved(1), moved(2)])
  await end([moved(3)])
  expect([steps.length, published]).toEqual([3, [1, 2, 3]])
  await end([])
  expect(steps).toHaveLength(3)
  clock.pass(600)
  expect(steps).toHaveLength(4)
  await end([])
})

test('A mover publishes what is new, and counts everything', async () => {
  const { clock, lines, published, end, outcomes } = start()
  clock.pass(200)
  const refused: Moved = { id: 7, refused: 'internal', cause: '22P02' }
  await end([moved(1), moved(1, true), refused])
  expect(published).toEqual([1])
  expect(await outcomes()).toEqual({ created: 1, repeated: 1, internal: 1 })
  expect(lines).toEqual([expect.stringContaining('"id":7,"cause":"22P02"')])
  await end([])
})

test('A mover tries again after each failure, and logs the first', async () => {
  const { clock, steps, lines, end } = start()
  for (let count = 0; count < 3; count++) {
    clock.pass(200)
    await end('fail')
  }
  expect([steps.length, lines.length]).toEqual([3, 1])
  clock.pass(200)
  await end([])
  clock.pass(200)
  await end('fail')
  expect(lines).toHaveLength(2)
})

test('A mover that closes waits for the step under way, and begins no other', async () => {
  const { clock, steps, published, mover, end } = start()
  clock.pass(200)
  let isClosed = false
  const closed = mover.close().then(() => (isClosed = true))
  await new Promise(setImmediate)
  expect(isClosed).toBe(false)
  await end([moved(1)])
  await closed
  clock.pass(10_000)
  expect([steps.length, published]).toEqual([1, [1]])
})
