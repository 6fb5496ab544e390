import { beforeEach, describe, expect, test } from '@jest/globals'
import { disposables } from '../../test/support/disposables.ts'
import { forgedExtents, forgedMessages } from '../../test/support/forgeries.ts'
import { TestFeed } from '../../test/support/testFeed.ts'
import { copyKeys, entry, placeAt } from '../../test/support/testRedis.ts'
import { TestSubscription } from '../../test/support/testSubscription.ts'

const opened = disposables()

describe('a subscription', () => {
  let run: TestSubscription

  beforeEach(async () => {
    run = await TestSubscription.start(opened)
    run.want('a')
    run.open()
    await run.news(2)
  })

  test('delivers no message without a valid MAC, and reports each', async () => {
    for (const [what, text] of forgedMessages(entry(6, 5))) {
      await run.redis.spublish(run.keys.live('e1', 'a'), text)
      await run.publish('a', 7)
      expect([what, ...(await run.news(2))]).toEqual([what, 'refused', 'a7'])
    }
  })

  test('delivers no watermark without a valid MAC, and reports each', async () => {
    for (const [what, text] of forgedExtents({ epoch: 'e1', ...placeAt(6), low: 2 })) {
      await run.redis.spublish(run.keys.watermark, text)
      await run.watermark(7)
      expect([what, ...(await run.news(2))]).toEqual([what, 'refused', 'watermark e1 7 0'])
    }
  })
})

describe('a feed that is live', () => {
  let run: TestFeed

  /** A message came over Redis. */
  beforeEach(async () => {
    run = await TestFeed.start(opened)
    run.feed.start()
    await run.bridge()
    run.join('one', 'a')
    await run.told('one: ready at e1-0, a:0')
    await send(1)
  })

  async function send(position: number): Promise<void> {
    run.log.append('a')
    await run.publish()
    await run.told(`one: a${position}`)
  }

  const sealed = (position: number): string =>
    copyKeys.sealMessage('e1', 'a', run.log.entries[position - 1]?.json ?? '')

  test('sends no message without a valid MAC, and goes on', async () => {
    for (const [, text] of forgedMessages(entry(2, 1))) {
      await run.write(run.keys.live('e1', 'a'), text)
    }
    await send(2)
    expect([run.lines, run.refusals]).toEqual([
      ['one: ready at e1-0, a:0', 'one: a1', 'one: a2'],
      forgedMessages(entry(2, 1)).length,
    ])
  })

  test('sends a message once that an attacker repeats', async () => {
    await send(2)
    for (const position of [1, 2, 1]) await run.write(run.keys.live('e1', 'a'), sealed(position))
    await send(3)
    expect([run.lines.slice(1), run.refusals]).toEqual([['one: a1', 'one: a2', 'one: a3'], 0])
  })

  test('ignores a forged watermark that is far ahead', async () => {
    const far = { epoch: 'e1', ...placeAt(1_000_000), low: 1_000_000 }
    const forged = forgedExtents(far)
    for (const [, text] of forged) await run.write(run.keys.watermark, text)
    await send(2)
    run.join('two', 'b')
    await run.told('two: ready at e1-2, b:0')
    expect([run.refusals, run.log.scans, run.feed.hub.fanout.place]).toEqual([
      forged.length,
      [],
      placeAt(2),
    ])
  })

  test('finds messages in the log that Redis withheld, although old watermarks claim that there are none', async () => {
    run.log.append('a')
    await run.write(run.keys.watermark, copyKeys.sealExtent({ epoch: 'e1', ...placeAt(1), low: 0 }))
    await run.told('one: a2')
    await send(3)
    expect(run.lines.length).toBe(4)
  })
})
