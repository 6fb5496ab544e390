import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { LinkedEntry } from '../contract/message.ts'
import { disposables } from '../test/support/disposables.ts'
import { RelayBed, value } from '../test/support/relayBed.ts'

const opened = disposables()
let bed: RelayBed

beforeEach(async () => {
  bed = await RelayBed.open(opened)
})

afterEach(() => bed.close())

/** Of ten messages three are lost, and so many come in their place. Resolves when Redis follows the log in another epoch. */
async function lose(
  more: number,
  publish: (entries: LinkedEntry[]) => void = () => {},
): Promise<void> {
  await bed.post(10)
  await bed.levelled()
  await bed.putBack(7)
  const entries = await bed.post(more)
  publish(entries)
  await bed.ended()
}

describe('an epoch in which the log went back', () => {
  test('is ended by a relay, which begins a copy of what the log has now', async () => {
    const { metrics } = await bed.start()
    await lose(0)
    expect(await value(metrics.epochsEnded)).toBe(1)
    const next = await bed.post(2)
    await bed.levelled()
    expect(await bed.copied()).toEqual(next.map(({ json }) => json))
  })

  test.each([1, 3, 40])('is ended though %d others have been posted meanwhile', async (more) => {
    await bed.start()
    const before = bed.epoch
    await lose(more)
    expect(bed.epoch).not.toBe(before)
  })

  test('is ended if the copies of those others come, which follow nothing in Redis', async () => {
    const { relay } = await bed.start()
    const before = bed.epoch
    await lose(40, (entries) => {
      for (const one of entries) relay.entry(before, one)
    })
    const items = await bed.redis.xrange(bed.keys.recent(before, 'lobby'), '-', '+')
    expect(items.map(([id]) => id).at(-1)).toBe('10-0')
  })

  test('is ended once by two relays', async () => {
    const both = [await bed.start(), await bed.start()]
    await lose(5)
    const ended = await Promise.all(both.map(({ metrics }) => value(metrics.epochsEnded)))
    expect(ended.reduce((sum, count) => sum + count, 0)).toBe(1)
  })

  test('is ended if only Redis remembers what the log had', async () => {
    const { relay } = await bed.start()
    await bed.post(10)
    await bed.levelled()
    await relay.close()
    await bed.putBack(7)
    await bed.post(5)
    await bed.start()
    await bed.ended()
    expect(await bed.copied()).toEqual([])
  })
})

test('an epoch is not ended by copies of what the log never had', async () => {
  const { relay, metrics } = await bed.start()
  const [first, second] = await bed.post(2)
  await bed.levelled()
  if (first === undefined || second === undefined) throw new Error('nothing was posted')
  // One at the head, one after it.
  relay.entry(bed.epoch, { ...second, id: first.id })
  relay.entry(bed.epoch, { ...second, position: 3, link: first.id })
  await bed.post(2)
  await bed.levelled()
  expect(await value(metrics.epochsEnded)).toBe(0)
  expect((await bed.history.head()).epoch).toBe(bed.epoch)
})
