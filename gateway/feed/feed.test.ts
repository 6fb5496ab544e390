import { beforeEach, describe, expect, test } from '@jest/globals'
import { disposables } from '../../test/support/disposables.ts'
import { TestFeed } from '../../test/support/testFeed.ts'
import { waitFor } from '../../test/support/waitFor.ts'

const opened = disposables()
let run: TestFeed

beforeEach(async () => {
  run = await TestFeed.start(opened)
})

describe('a feed', () => {
  test('follows the log without Redis, and goes over to Redis without a seam', async () => {
    run.feed.start()
    await run.begun()
    run.join('one', 'a')
    await run.told('one: ready at e1-0, a:0')
    run.log.append('a')
    await run.told('one: a1')
    await run.bridge()
    run.log.append('a')
    await run.publish()
    await run.told('one: a2')
    expect(await run.gauge('causeway_gateway_live')).toBe(1)
  })

  test('subscribes and asks once for all channels of a turn', async () => {
    run.feed.start()
    await run.bridge()
    run.log.asked.length = 0
    for (let count = 0; count < 1_000; count++) run.join('one', `c${count}`)
    await waitFor(() => run.feed.hub.joining.size === 0)
    expect(run.log.asked).toEqual([1_000])
    expect(await run.commands('ssubscribe')).toBe(1 + 2)
    expect((await run.subscribed()).length).toBe(1_001)
  })

  test('unsubscribes abandoned channels, at once if it has half of its maximum', async () => {
    run.feed.start()
    await run.bridge()
    const one = run.join('one', 'a b')
    run.join('two', 'b')
    run.join('three', 'c')
    await waitFor(() => run.feed.hub.joining.size === 0)
    run.feed.hub.leave(one, performance.now())
    await waitFor(async () => (await run.subscribed()).length === 3)
    expect(await run.gauge('causeway_gateway_channels')).toBe(2)
  })

  test('does not subscribe channels that are left and forgotten in the same turn', async () => {
    run.feed.start()
    await run.bridge()
    run.feed.hub.leave(run.join('one', 'a'), 0)
    run.feed.hub.channels.takeIdle(0)
    run.join('two', 'b')
    await run.told('two: ready at e1-0, b:0')
    expect(await run.subscribed()).toEqual([run.keys.live('e1', 'b'), run.keys.watermark])
  })

  test('reads a log far ahead in chunks of a thousand positions, and renders its messages', async () => {
    run.feed.start()
    await run.begun()
    run.join('one', 'a')
    await run.told('one: ready at e1-0, a:0')
    for (let count = 0; count < 2_500; count++) run.log.append(count % 1_000 === 0 ? 'a' : 'b')
    await waitFor(() => run.lines.at(-1)?.endsWith('a2001') === true)
    expect(run.log.scans).toEqual(['0-1000', '1000-2000', '2000-2500'])
    expect(run.lines.slice(1).join(' ').replaceAll(' one:', '')).toBe('one: a1 a1001 a2001')
  })

  test('goes on while the log fails, and gets the missed messages once that answers', async () => {
    run.feed.start()
    await run.begun()
    run.join('one', 'a')
    await run.told('one: ready at e1-0, a:0')
    run.log.isFailing = true
    run.log.append('a')
    const before = run.log.failures
    await waitFor(() => run.log.failures >= before + 3)
    run.join('two', 'b')
    const asked = run.log.asked.length
    await waitFor(() => run.log.asked.length >= asked + 2)
    run.log.isFailing = false
    await run.told('two: ready at e1-1, b:0')
    await run.told('one: a1')
    expect(run.lines.length).toBe(3)
  })

  test('reads less of the log at once if a read fails by its size, and more again after successes', async () => {
    run.feed.start()
    await run.begun()
    run.join('one', 'a')
    await run.told('one: ready at e1-0, a:0')
    run.log.maxScanBytes = 1_000_000
    for (let position = 1; position <= 4; position++) {
      run.log.append('a')
      await run.told(`one: a${position}`)
      run.log.maxScanBytes = Infinity
    }
    expect(run.log.scanBytes).toEqual([4e6, 2e6, 1e6, 1_062_500, 1_125_000, 1_187_500])
  })

  test('reads all messages that Redis has lost, in chunks, before it is live again', async () => {
    run.feed.start()
    await run.bridge()
    run.join('one', 'a')
    await run.told('one: ready at e1-0, a:0')
    for (let count = 0; count < 2_500; count++) run.log.append(count % 1_000 === 0 ? 'a' : 'b')
    await run.emptyRedis()
    await waitFor(() => run.lines.at(-1)?.endsWith('a2001') === true)
    expect(run.log.scans).toEqual(['0-1000', '1000-2000', '2000-2500'])
  })

  test("ends every stream when the log is another one, and goes on at the new one's head", async () => {
    run.feed.start()
    await run.begun()
    run.join('one', 'a')
    await run.told('one: ready at e1-0, a:0')
    for (let count = 0; count < 3; count++) run.log.append('a')
    await run.told('one: a1 a2 a3')
    await run.bridge()
    run.log.goBack(1)
    run.log.epoch = 'e2'
    await run.bridge()
    expect(run.lines.at(-1)).toBe('one: end, reset, at e1-3')
    run.join('new', 'a')
    await run.told('new: ready at e2-1, a:1')
    run.log.append('a')
    await run.publish()
    await run.told('new: a2')
    await waitFor(async () => (await run.subscribed()).length === 2)
    expect(await run.subscribed()).toEqual([run.keys.live('e2', 'a'), run.keys.watermark])
  })

  test('measures how long messages took, but never less than nothing', async () => {
    run.feed.start()
    await run.begun()
    run.join('one', 'a')
    await run.told('one: ready at e1-0, a:0')
    run.log.append('a', new Date(Date.now() + 3_600_000))
    await run.told('one: a1')
    run.log.append('a', new Date(Date.now() - 3_600_000))
    await run.told('one: a2')
    const { count, sum } = await run.lag()
    expect([count, sum > 3_500, sum < 3_700]).toEqual([2, true, true])
  })
})
