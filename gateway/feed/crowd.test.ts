import { beforeEach, describe, expect, test } from '@jest/globals'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { disposables } from '../../test/support/disposables.ts'
import { TestSubscription } from '../../test/support/testSubscription.ts'
import { waitFor } from '../../test/support/waitFor.ts'
import type { RedisSubscription } from './redisSubscription.ts'

/** Turns that channels go on to arrive and leave after the subscription is up. */
const TURNS = 200

const opened = disposables()
let run: TestSubscription
let subscription: RedisSubscription
let unconfirmed: number

beforeEach(async () => {
  run = await TestSubscription.start(opened)
  unconfirmed = 0
})

function subscribe(...channels: string[]): void {
  run.want(...channels)
  unconfirmed++
  subscription.subscribe(channels, () => unconfirmed--)
}

function leave(...channels: string[]): void {
  for (const channel of channels) run.wanted.delete(channel)
  subscription.unsubscribe(channels)
}

/** What is subscribed once everything has been done. */
async function afterLast(): Promise<string[]> {
  await waitFor(() => unconfirmed === 0)
  // Behind what was left last.
  subscribe('last')
  await waitFor(() => unconfirmed === 0)
  return run.subscribed()
}

describe('a subscription that comes up', () => {
  test('comes up while channels arrive and leave, and has all of them afterwards', async () => {
    run.want(...Array.from({ length: 5_000 }, (_, index) => `old${index}`))
    let [arrived, left, turns] = [0, 0, 0]
    let isOver = false
    const churn = async (): Promise<void> => {
      for (; turns < TURNS; turns += run.told.includes('up') ? 1 : 0) {
        subscribe(`new${arrived++}`, `new${arrived++}`, `new${arrived++}`)
        // One from before, that may not have had its turn yet, and one that came a moment ago.
        leave(`old${4_999 - left}`, `new${3 * left++}`)
        await nextTurn()
      }
      isOver = true
    }
    run.onConnected = () => void churn()
    subscription = run.open()
    await waitFor(() => isOver)
    expect(run.told).toEqual(['connected', 'up'])
    expect(run.wanted.size).toBe(5_000 + arrived - 2 * left)
    expect(await afterLast()).toEqual(['watermark', ...run.wanted].sort())
  })

  test('takes a channel that is wanted while the watermark is being subscribed', async () => {
    run.want('a')
    run.onConnected = () => subscribe('late')
    subscription = run.open()
    await waitFor(() => run.told.includes('up') && unconfirmed === 0)
    expect(await afterLast()).toEqual(['watermark', ...run.wanted].sort())
    await run.publish('late', 1)
    await waitFor(() => run.told.includes('late1'))
  })

  test('does not take a channel that is left before its turn', async () => {
    run.want(...Array.from({ length: 1_500 }, (_, index) => `old${index}`))
    run.onConnected = () => leave('old0', 'old700', 'old1499')
    subscription = run.open()
    await waitFor(() => run.told.includes('up'))
    expect(await afterLast()).toEqual(['watermark', ...run.wanted].sort())
    expect(run.wanted.size).toBe(1_498)
  })
})
