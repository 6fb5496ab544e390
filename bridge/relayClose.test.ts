import { setImmediate as turn } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { entries, entryAt } from '../test/support/testSequencer.ts'
import { TestRelay } from '../test/support/testRelay.ts'

let run: TestRelay

beforeEach(async () => {
  run = new TestRelay()
  await run.begin(5)
})

interface Middle {
  name: string
  /** Brings the relay there. */
  reach: () => Promise<void> | void
  /** What is under way then. */
  question: string
  answer: unknown
}

const MIDDLES: Middle[] = [
  { name: 'an append', reach: () => run.hear(6, 7), question: 'append', answer: 6 },
  {
    name: 'a read',
    reach: async () => {
      run.hear(8)
      await run.pass(40)
    },
    question: 'fetch',
    answer: entries(6, 7),
  },
  {
    name: 'an opening',
    reach: async () => {
      run.relay.look()
      await run.answer('head', { epoch: 'e2', position: 9 })
      await run.answer('watermark', 5)
    },
    question: 'open',
    answer: 7,
  },
  {
    name: 'a look',
    reach: async () => {
      run.relay.look()
      await run.answer('watermark', 5)
    },
    question: 'head',
    answer: { epoch: 'e1', position: 600 },
  },
  {
    name: 'a watermark',
    reach: async () => {
      run.relay.look()
      await run.answer('head', { epoch: 'e1', position: 5 })
    },
    question: 'watermark',
    answer: undefined,
  },
]

/** Everything that made it work before. */
async function provoke(): Promise<void> {
  run.hear(8, 9, 10)
  run.relay.receive('e3', entryAt(1))
  run.relay.look()
  await run.pass(5_000)
}

describe.each(MIDDLES)('a relay that is closed during $name', ({ reach, question, answer }) => {
  let isClosed: boolean

  beforeEach(async () => {
    await reach()
    run.news()
    isClosed = false
    void run.relay.close().then(() => (isClosed = true))
    await turn()
  })

  test('waits for the answer, and begins nothing more', async () => {
    await provoke()
    expect([isClosed, run.open.length]).toEqual([false, 1])
    await run.answer(question, answer)
    expect(isClosed).toBe(true)
    await provoke()
    expect([run.news(), run.open]).toEqual([[], []])
  })

  test('is closed by a failure too', async () => {
    await run.fail(question)
    expect(isClosed).toBe(true)
    await provoke()
    expect([run.news(), run.open]).toEqual([[], []])
  })
})

test('a relay that is closed does not wait for a hole, and does not read it later', async () => {
  run.hear(7)
  await run.relay.close()
  await run.pass(5_000)
  expect(run.news()).toEqual([])
})

test('a relay that is closed twice, or before it began, is closed', async () => {
  await run.relay.close()
  await run.relay.close()
  const other = new TestRelay()
  await other.relay.close()
  other.relay.start()
  await other.pass(5_000)
  expect(other.news()).toEqual([])
})

test('a relay counts no copies after its close', async () => {
  await run.relay.close()
  run.hear(6)
  expect(await run.value('received')).toBe(0)
})
