import { beforeEach, expect, test } from '@jest/globals'
import { gatewayConfig } from '../gateway/config.ts'
import { entry } from '../test/support/testRedis.ts'
import { TestRelay } from '../test/support/testRelay.ts'

let run: TestRelay

beforeEach(async () => {
  run = new TestRelay()
  await run.begin(5)
})

/** One second, in which the log is at `position` and Redis has `copied`. */
async function second(position: number, copied = position): Promise<string[]> {
  await run.pass(1_000)
  await run.answer('head', { epoch: 'e1', position })
  if (run.open.includes('watermark e1')) await run.answer('watermark', copied)
  return run.news()
}

const times = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

test('a relay looks at the log and sends a watermark once a second', async () => {
  for (const _ of times(20)) expect(await second(5)).toEqual(['watermark e1', 'head'])
  await run.pass(999)
  expect(run.news()).toEqual([])
})

test('a log that hangs is asked once, and the watermarks go on', async () => {
  for (const _ of times(20)) {
    await run.pass(1_000)
    await run.answer('watermark', 5)
  }
  expect(run.news().filter((question) => question === 'head')).toEqual(['head'])
  await run.answer('head', { epoch: 'e1', position: 5 })
  expect(await second(5)).toEqual(['watermark e1', 'head'])
})

test('a log that fails is asked again every second, and the watermarks go on', async () => {
  for (const _ of times(20)) {
    await run.pass(1_000)
    await run.fail('head')
    await run.answer('watermark', 5)
    expect(run.news()).toEqual(['watermark e1', 'head'])
  }
})

test('a Redis that hangs is asked for one watermark at a time, and the looks go on', async () => {
  for (const _ of times(20)) {
    await run.pass(1_000)
    await run.answer('head', { epoch: 'e1', position: 5 })
  }
  expect(run.open).toEqual(['watermark e1'])
  await run.answer('watermark', 5)
  expect(run.news().filter((question) => question === 'head').length).toBe(20)
  expect(await second(5)).toEqual(['watermark e1', 'head'])
})

test('a watermark that fails leads to an opening, and after it to a watermark every second', async () => {
  for (const _ of times(3)) {
    await run.pass(1_000)
    await run.answer('head', { epoch: 'e1', position: 5 })
    await run.fail('watermark')
    expect(run.news()).toEqual(['watermark e1', 'head', 'open e1 at 5'])
    await run.answer('open', 5)
  }
})

test('two watermarks come within the time after which a gateway reconnects to Redis', async () => {
  const silence = gatewayConfig.shape.LINK_TIMEOUT_SECONDS.parse(undefined) * 1_000
  await run.pass(1_000)
  await run.answer('watermark', 5)
  await run.pass(silence / 2)
  expect(run.news().filter((question) => question === 'watermark e1').length).toBe(2)
})

test('no watermark is sent while Redis lacks what the log had a second ago', async () => {
  expect(await second(6, 5)).toEqual(['watermark e1', 'head'])
  await run.pass(40)
  expect(run.news()).toEqual(['fetch 5-6'])
  expect(await second(6)).toEqual(['head'])
  expect(await second(7)).toEqual(['head'])
  await run.answer('fetch', { entries: [entry(6, 0)] })
  await run.answer('append', 6)
  await run.pass(40)
  await run.answer('fetch', { entries: [entry(7, 6)] })
  await run.answer('append', 7)
  run.news()
  expect(await second(7)).toEqual(['watermark e1', 'head'])
})

test('a watermark is sent while Redis lacks only what came since the last look', async () => {
  for (const position of [6, 7, 8]) {
    expect(await second(position, position - 1)).toContain('watermark e1')
    run.hear(position)
    await run.answer('append', position)
    run.news()
  }
})

test('a watermark that finds Redis empty leads to its opening, and one that finds it behind to a read', async () => {
  await run.pass(1_000)
  await run.answer('watermark', undefined)
  expect(run.news()).toEqual(['watermark e1', 'head', 'open e1 at 5'])
  await run.answer('open', 5)
  await run.answer('head', { epoch: 'e1', position: 5 })
  await run.pass(1_000)
  await run.answer('watermark', 3)
  await run.pass(40)
  expect(run.news()).toEqual(['watermark e1', 'head', 'fetch 3-5'])
})

test('a hole is read when its time is over, and not before', async () => {
  run.hear(7)
  await run.pass(30)
  expect(run.news()).toEqual([])
  await run.pass(10)
  expect(run.news()).toEqual(['fetch 5-7'])
})

test('Redis or MQTT is asked as soon as it is back, beside the looks of every second', async () => {
  run.relay.look()
  await run.answer('watermark', 5)
  await run.answer('head', { epoch: 'e1', position: 5 })
  expect(run.news()).toEqual(['watermark e1', 'head'])
  expect(await second(5)).toEqual(['watermark e1', 'head'])
})

test('copies of a foreign log cost one look a second, the first of them at once', async () => {
  const looks: number[] = []
  for (const _ of times(3)) {
    for (const at of times(50)) {
      run.relay.receive('foreign', entry(at + 1, 0))
      if (run.open.includes('head')) {
        await run.answer('head', { epoch: 'e1', position: 5 })
      }
    }
    looks.push(run.news().length)
    await second(5)
  }
  expect(looks).toEqual([1, 1, 1])
})

test('a message of a new epoch leads to a look at once, and to a copy of that epoch', async () => {
  run.relay.receive('e2', entry(3, 0))
  await run.answer('head', { epoch: 'e2', position: 3 })
  expect(run.news()).toEqual(['head', 'open e2 at 3'])
  await run.answer('open', 3)
  await run.pass(1_000)
  expect(run.news()).toEqual(['watermark e2', 'head'])
})
