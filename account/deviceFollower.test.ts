import { expect, test } from '@jest/globals'
import { pino } from 'pino'
import { AccessTable } from '../chassis/auth/accessTable.ts'
import { settle } from '../test/support/testAccess.ts'
import { VirtualClock } from '../test/support/virtualClock.ts'
import { DeviceFollower } from './deviceFollower.ts'

const run = () => {
  const clock = new VirtualClock()
  const state = {
    follows: 0,
    isConnected: true,
    isAway: false,
    isRead: true,
    age: 0,
    work: Promise.resolve(),
  }
  const listeners: (() => void)[] = []
  const follower = new DeviceFollower({
    devices: {
      follow: async (readRights: () => Promise<unknown>) => {
        await readRights()
        state.follows++
        await state.work
        if (state.isAway) throw new Error('no answer')
      },
    },
    access: {
      table: new AccessTable(),
      catchUp: async () => state.isRead,
      get age() {
        return state.age
      },
      onChange: (listener) => void listeners.push(() => listener(() => true)),
    },
    isConnected: () => state.isConnected,
    clock,
    logger: pino({ level: 'silent' }),
  })
  const pass = async (ms: number): Promise<number> => {
    for (let left = ms; left > 0; left -= 500) {
      clock.pass(500)
      await settle()
    }
    return state.follows
  }
  return { state, follower, pass, change: () => listeners.forEach((tell) => tell()) }
}

test('The follower of devices compares at the start, after each change, and every ten seconds', async () => {
  const { pass, change, follower } = run()
  expect(await pass(1_000)).toBe(1)
  expect(await pass(5_000)).toBe(1)
  change()
  change()
  expect(await pass(1_000)).toBe(2)
  expect(await pass(10_000)).toBe(3)
  await follower.close()
  change()
  expect(await pass(20_000)).toBe(3)
})

test('The follower of devices waits for the broker and for a copy that it has just read, and then does what was due', async () => {
  const { state, pass } = run()
  state.isConnected = false
  expect(await pass(2_000)).toBe(0)
  state.isConnected = true
  // By an old table, or an empty one, it would give or take what it should not.
  state.isRead = false
  expect(await pass(2_000)).toBe(0)
  state.isRead = true
  state.age = 3_001
  expect(await pass(2_000)).toBe(0)
  state.age = 0
  expect(await pass(500)).toBe(1)
})

test('The follower of devices tries again until the broker has answered', async () => {
  const { state, pass } = run()
  state.isAway = true
  const tries = await pass(5_000)
  expect(tries).toBeGreaterThan(1)
  state.isAway = false
  const done = await pass(1_500)
  expect(await pass(3_000)).toBe(done)
})

test('The follower of devices does not keep the broker busy: it rests nine times as long as it took', async () => {
  const { state, pass, change } = run()
  const finish: (() => void)[] = []
  state.work = new Promise((resolve) => void finish.push(resolve))
  await pass(1_000)
  finish[0]?.()
  await settle()
  change()
  // It took half a second.
  expect(await pass(4_000)).toBe(1)
  expect(await pass(500)).toBe(2)
})
