import { beforeEach, expect, test } from '@jest/globals'
import type { Place } from '../../contract/place.ts'
import { MemoryLog } from '../../test/support/memoryLog.ts'
import { FollowedLog } from './followedLog.ts'

let log: MemoryLog
let place: Place
let followed: FollowedLog
let ended: string[]

beforeEach(() => {
  log = new MemoryLog()
  for (let count = 0; count < 5; count++) log.append('a')
  place = log.head
  ended = []
  followed = new FollowedLog({
    log,
    followed: () => ({ epoch: 'e1', place }),
    onEpochEnded: (epoch, at) => void ended.push(`${epoch} at ${at.position}`),
  })
})

const scan = (upTo: number): Promise<number[]> =>
  followed
    .scan({ epoch: 'e1', after: 5, upTo, channels: ['a'] })
    .then(({ entries }) => entries.map(({ position }) => position))

test("a scan gives the log's messages after the place", async () => {
  log.append('a')
  log.append('a')
  expect(await scan(7)).toEqual([6, 7])
})

test('a scan up to a head that the log has no more is refused: its missing messages may come again', async () => {
  log.append('a')
  await expect(scan(7)).rejects.toThrow('the log went back')
})

test('a scan of a log that has another message at the place is refused', async () => {
  log.goBack(4)
  for (let count = 0; count < 3; count++) log.append('a')
  await expect(scan(7)).rejects.toThrow('the log went back')
  expect(log.ends).toEqual([])
})

test('a look at that log ends its epoch, and returns the next one', async () => {
  log.goBack(4)
  log.append('a')
  expect(await followed.heads([])).toMatchObject({ epoch: 'e2', position: 5 })
  expect([log.ends, ended]).toEqual([['e1 at 5'], ['e1 at 5']])
})

test('a look at a log that goes on ends nothing', async () => {
  log.append('a')
  expect(await followed.heads([])).toMatchObject({ epoch: 'e1', position: 6 })
  expect(log.ends).toEqual([])
})
