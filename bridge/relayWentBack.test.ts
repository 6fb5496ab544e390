import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { LinkedEntry } from '../contract/message.ts'
import { disposables } from '../test/support/disposables.ts'
import { RelayTestbed } from '../test/support/relayTestbed.ts'

const opened = disposables()
let testbed: RelayTestbed

beforeEach(async () => {
  testbed = await RelayTestbed.open(opened)
})

afterEach(() => testbed.close())

/** Of ten messages three are lost, and so many come in their place. Resolves when Redis follows the log in another epoch. */
async function lose(
  more: number,
  publish: (entries: LinkedEntry[]) => void = () => {},
): Promise<void> {
  await testbed.post(10)
  await testbed.levelled()
  await testbed.putBack(7)
  const entries = await testbed.post(more)
  publish(entries)
  await testbed.ended()
}

describe('an epoch in which the log went back', () => {
  test('is ended by a relay, which begins a copy of what the log has now', async () => {
    const { epoch } = testbed
    const { ended } = await testbed.start()
    await lose(0)
    expect(ended).toEqual([epoch])
    const next = await testbed.post(2)
    await testbed.levelled()
    expect(await testbed.copied()).toEqual(next.map(({ json }) => json))
  })

  test.each([1, 3, 40])(
    'is ended although %d more messages were posted meanwhile',
    async (more) => {
      await testbed.start()
      const before = testbed.epoch
      await lose(more)
      expect(testbed.epoch).not.toBe(before)
    },
  )

  test('is ended if copies of new messages come that follow nothing in Redis', async () => {
    const { relay } = await testbed.start()
    const before = testbed.epoch
    await lose(40, (entries) => {
      for (const one of entries) relay.receive(before, one)
    })
    const items = await testbed.redis.xrange(testbed.keys.recent(before, 'lobby'), '-', '+')
    expect(items.map(([id]) => id).at(-1)).toBe('10-0')
  })

  test('is ended once by two relays', async () => {
    const both = [await testbed.start(), await testbed.start()]
    await lose(5)
    expect(both.flatMap(({ ended }) => ended).length).toBe(1)
  })

  test('is ended if only Redis remembers what the log had', async () => {
    const { relay } = await testbed.start()
    await testbed.post(10)
    await testbed.levelled()
    await relay.close()
    await testbed.putBack(7)
    await testbed.post(5)
    await testbed.start()
    await testbed.ended()
    expect(await testbed.copied()).toEqual([])
  })
})

test('an epoch is not ended by copies of messages that the log never had', async () => {
  const { relay, ended } = await testbed.start()
  const [first, second] = await testbed.post(2)
  await testbed.levelled()
  if (first === undefined || second === undefined) throw new Error('nothing was posted')
  // One at the head, one after it.
  relay.receive(testbed.epoch, { ...second, id: first.id })
  relay.receive(testbed.epoch, { ...second, position: 3, link: first.id })
  await testbed.post(2)
  await testbed.levelled()
  expect(ended).toEqual([])
  expect((await testbed.log.head()).epoch).toBe(testbed.epoch)
})
