import { expect, test } from '@jest/globals'
import { VirtualClock } from '../test/support/virtualClock.ts'
import { Upkeep } from './upkeep.ts'

const turn = () => new Promise((done) => setImmediate(done))

test('a task runs at its times, once at a time, and a failure does not end it', async () => {
  const clock = new VirtualClock()
  const runs: { resolve: () => void; reject: (error: Error) => void }[] = []
  const warnings: string[] = []
  const run = () => new Promise<void>((resolve, reject) => runs.push({ resolve, reject }))
  const upkeep = new Upkeep({
    tasks: [{ what: 'sweep', everyMs: 10, run }],
    clock,
    logger: { warn: (_details: unknown, text?: string) => void warnings.push(String(text)) },
  })
  clock.pass(9)
  expect(runs).toHaveLength(0)
  clock.pass(30)
  expect(runs).toHaveLength(1)
  runs[0]?.reject(new Error('dust'))
  await turn()
  expect(warnings).toEqual(['cannot sweep'])
  clock.pass(10)
  expect(runs).toHaveLength(2)
  let closed = false
  const closing = upkeep.close().then(() => (closed = true))
  await turn()
  expect(closed).toBe(false)
  runs[1]?.resolve()
  await closing
  clock.pass(100)
  expect(runs).toHaveLength(2)
})
