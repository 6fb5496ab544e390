import { beforeEach, describe, expect, test } from '@jest/globals'
import { disposables } from '../../test/support/disposables.ts'
import { TestSubscription } from '../../test/support/testSubscription.ts'
import { waitFor } from '../../test/support/waitFor.ts'

const opened = disposables()
let run: TestSubscription

beforeEach(async () => {
  run = await TestSubscription.start(opened)
})

describe('a subscription', () => {
  test('is up once all wanted channels and the watermark are subscribed', async () => {
    run.want('a', 'rooms.berlin')
    run.open()
    expect(await run.news(2)).toEqual(['connected', 'up'])
    expect(await run.subscribed()).toEqual(['a', 'rooms.berlin', 'watermark'])
    await run.publish('rooms.berlin', 1)
    await run.publish('nobody', 2)
    await run.publish('a', 3)
    await run.watermark(3)
    expect(await run.news(3)).toEqual(['rooms.berlin1', 'a3', 'watermark e1 3 0'])
  })

  test('takes more channels, and reports once the server has confirmed them', async () => {
    const subscription = run.open()
    expect(await run.news(2)).toEqual(['connected', 'up'])
    run.want('a', 'b')
    subscription.subscribe(['a', 'b'], () => run.told.push('confirmed a b'))
    expect(await run.news(1)).toEqual(['confirmed a b'])
    await run.publish('b', 1)
    expect(await run.news(1)).toEqual(['b1'])
  })

  test('delivers nothing more from channels that it left', async () => {
    run.want('a', 'b')
    const subscription = run.open()
    expect(await run.news(2)).toEqual(['connected', 'up'])
    subscription.unsubscribe(['a'])
    await waitFor(async () => (await run.subscribed()).length === 2)
    await run.publish('a', 1)
    await run.publish('b', 2)
    expect(await run.news(1)).toEqual(['b2'])
  })

  test('leaves any number of channels', async () => {
    const names = Array.from({ length: 200_000 }, (_, index) => `c${index}`)
    run.want('a', 'c199999')
    const subscription = run.open()
    await run.news(2)
    subscription.unsubscribe(names)
    await waitFor(async () => (await run.subscribed()).length === 2)
    expect(await run.subscribed()).toEqual(['a', 'watermark'])
  })

  test('does not subscribe channels that are not wanted any more when their turn comes', async () => {
    const subscription = run.open()
    expect(await run.news(2)).toEqual(['connected', 'up'])
    run.want('b')
    subscription.subscribe(['a', 'b'], () => run.told.push('confirmed'))
    expect(await run.news(1)).toEqual(['confirmed'])
    expect(await run.subscribed()).toEqual(['b', 'watermark'])
    subscription.subscribe(['a'], () => run.told.push('confirmed'))
    expect(await run.news(1)).toEqual(['confirmed'])
  })

  test('that breaks goes down, and comes up with all channels wanted by then', async () => {
    run.want('a')
    run.open()
    expect(await run.news(2)).toEqual(['connected', 'up'])
    run.want('b')
    await run.cut()
    expect(await run.news(3)).toEqual(['down', 'connected', 'up'])
    await run.publish('b', 1)
    await run.publish('a', 2)
    expect(await run.news(2)).toEqual(['b1', 'a2'])
  })

  test('that breaks again and again always comes up complete', async () => {
    run.want(...Array.from({ length: 1_200 }, (_, index) => `c${index}`))
    run.open()
    for (let count = 0; count < 5; count++) {
      await waitFor(() => run.told.at(-1) === 'up')
      run.told.length = 0
      await run.cut()
      await waitFor(() => run.told.includes('down'))
    }
    await waitFor(() => run.told.at(-1) === 'up')
    expect((await run.subscribed()).length).toBe(1_201)
    run.told.length = 0
    for (const channel of ['c0', 'c499', 'c500', 'c1199']) await run.publish(channel, 1)
    expect(await run.news(4)).toEqual(['c01', 'c4991', 'c5001', 'c11991'])
  })

  test('goes over to another epoch by a reconnect', async () => {
    run.want('a')
    const subscription = run.open()
    expect(await run.news(2)).toEqual(['connected', 'up'])
    run.epoch = 'e2'
    subscription.reconnect()
    expect(await run.news(3)).toEqual(['down', 'connected', 'up'])
    expect((await run.redis.pubsub('SHARDCHANNELS', '*')).map(String).sort()).toEqual([
      run.keys.live('e2', 'a'),
      run.keys.watermark,
    ])
    await run.publish('a', 1, 'e1')
    await run.publish('a', 2, 'e2')
    expect(await run.news(1)).toEqual(['a2'])
  })

  test('that is abandoned confirms nothing any more, and is not up before it has been made again', async () => {
    const subscription = run.open()
    expect(await run.news(2)).toEqual(['connected', 'up'])
    run.want('a')
    subscription.subscribe(['a'], () => run.told.push('confirmed a'))
    run.onConnected = () => {
      run.onConnected = () => {}
      subscription.reconnect()
    }
    subscription.reconnect()
    expect(await run.news(5)).toEqual(['down', 'connected', 'down', 'connected', 'up'])
  })

  test('that is abandoned before its last confirmation is not up', async () => {
    run.want('a')
    const subscription = run.open()
    run.onWanted = () => {
      run.onWanted = () => {}
      // Once the command is on its way.
      queueMicrotask(() => subscription.reconnect())
    }
    expect(await run.news(4)).toEqual(['connected', 'down', 'connected', 'up'])
  })

  test('that the server refuses in part is made again, until the server takes all', async () => {
    run.want('a')
    await run.redis.call('ACL', 'SETUSER', 'admin', 'resetchannels', `&${run.keys.watermark}`)
    run.open()
    expect(await run.news(4)).toEqual(['connected', 'down', 'connected', 'down'])
    await run.redis.call('ACL', 'SETUSER', 'admin', 'allchannels')
    await waitFor(() => run.told.at(-1) === 'up')
    expect(await run.subscribed()).toEqual(['a', 'watermark'])
  })

  test('without channels receives the watermark, and nothing else', async () => {
    run.open()
    expect(await run.news(2)).toEqual(['connected', 'up'])
    expect(await run.subscribed()).toEqual(['watermark'])
    await run.watermark(3)
    expect(await run.news(1)).toEqual(['watermark e1 3 0'])
  })

  test('is the same on a server without sharded pub/sub', async () => {
    run = await TestSubscription.start(opened, '--rename-command', 'SPUBLISH', '')
    run.want('a', 'b', 'c')
    const subscription = run.open()
    expect(await run.news(2)).toEqual(['connected', 'up'])
    subscription.unsubscribe(['b'])
    subscription.subscribe(['c'], () => run.told.push('confirmed c'))
    expect(await run.news(1)).toEqual(['confirmed c'])
    for (const channel of ['a', 'b', 'c']) {
      await run.redis.publish(run.keys.live('e1', channel), run.message(channel, 1))
    }
    await run.redis.publish(run.keys.watermark, run.extent(1))
    expect(await run.news(3)).toEqual(['a1', 'c1', 'watermark e1 1 0'])
  })

  test('to a server that dies comes up once the server is back', async () => {
    run.want('a')
    run.open()
    expect(await run.news(2)).toEqual(['connected', 'up'])
    await run.server.stop('SIGKILL')
    await waitFor(() => run.told.at(-1) === 'down')
    await run.server.start()
    await waitFor(() => run.told.at(-1) === 'up')
    await run.connect()
    run.told.length = 0
    await run.publish('a', 1)
    expect(await run.news(1)).toEqual(['a1'])
  })
})
