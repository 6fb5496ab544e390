import { expect, test } from '@jest/globals'
import { channelOfHash, channelOfInput, hashOfChannel } from './channelHash.ts'

test.each([
  ['', 'lobby'],
  ['#', 'lobby'],
  ['#/', 'lobby'],
  ['#/rooms.berlin', 'rooms.berlin'],
  ['#rooms.berlin', 'rooms.berlin'],
  ['#/a%20b', 'a b'],
  ['#/%', '%'],
])('the address part %j means the channel %j', (hash, channel) => {
  expect(channelOfHash(hash)).toBe(channel)
})

test.each(['lobby', 'a b', 'ä#?/'])('the channel %j survives its address', (channel) => {
  expect(channelOfHash(hashOfChannel(channel))).toBe(channel)
})

test.each([
  [' #lobby ', 'lobby'],
  ['rooms berlin', 'rooms-berlin'],
])('%j is understood as %j', (typed, channel) => {
  expect(channelOfInput(typed)).toBe(channel)
})
