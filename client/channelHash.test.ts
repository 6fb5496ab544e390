import { expect, test } from '@jest/globals'
import { channelOfHash, channelOfInput, hashOfChannel } from './channelHash.ts'

test.each([
  ['', 'lobby'],
  ['#', 'lobby'],
  ['#/', 'lobby'],
  ['#/rooms.berlin', 'rooms.berlin'],
  ['#rooms.berlin', 'rooms.berlin'],
  ['#/#a/b', '#a/b'],
  ['#/a%20b', 'a b'],
  ['#/%', '%'],
])('The address part %j names the channel %j', (hash, channel) => {
  expect(channelOfHash(hash)).toBe(channel)
})

test.each(['lobby', 'a b', 'ä#?/'])(
  'The channel %j is the same after its address was read',
  (channel) => {
    expect(channelOfHash(hashOfChannel(channel))).toBe(channel)
  },
)

test.each([
  [' #lobby ', 'lobby'],
  ['rooms berlin', 'rooms-berlin'],
  ['the  old   rooms', 'the-old-rooms'],
  ['C#', 'C#'],
  ['', ''],
])('The typed text %j is the channel %j', (typed, channel) => {
  expect(channelOfInput(typed)).toBe(channel)
})

test('An address of a channel is readable, and no part of it is taken for another', () => {
  expect(hashOfChannel('rooms.berlin')).toBe('#/rooms.berlin')
  expect(hashOfChannel('a/b#c?d e')).toBe('#/a%2Fb%23c%3Fd%20e')
})
