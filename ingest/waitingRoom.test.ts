import { expect, test } from '@jest/globals'
import { WaitingRoom } from './waitingRoom.ts'

test('Each log has a share in posts and in bytes, which is there again when one leaves', () => {
  const room = new WaitingRoom(2, { posts: 4, bytes: 200 })
  expect(room.most).toBe(4)
  expect([room.enter(0, 60), room.enter(0, 60), room.enter(0, 40)]).toEqual([true, false, true])
  expect([room.enter(0, 0), room.enter(1, 100), room.posts]).toEqual([false, true, 3])
  room.leave(0, 60)
  expect([room.enter(0, 61), room.enter(0, 60), room.posts]).toEqual([false, true, 3])
})

test('With one log all that the broker sends may wait, and it sends no more than usual', () => {
  const room = new WaitingRoom(1)
  expect([room.most, room.enter(0, 1_000_000_000), room.enter(0, 1)]).toEqual([0, true, true])
  expect(new WaitingRoom(4).most).toBeGreaterThan(0)
})
