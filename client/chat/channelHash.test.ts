import { expect, test } from '@jest/globals'
import { channelOfInput, hashOfPlace, placeOfHash } from './channelHash.ts'

test.each([
  ['', { channel: 'lobby' }],
  ['#', { channel: 'lobby' }],
  ['#/', { channel: 'lobby' }],
  ['#/rooms.berlin', { channel: 'rooms.berlin' }],
  ['#rooms.berlin', { channel: 'rooms.berlin' }],
  ['#/#a/b', { channel: '#a/b' }],
  ['#/a%20b', { channel: 'a b' }],
  ['#/%', { channel: '%' }],
  ['#/lobby/42', { channel: 'lobby', position: 42 }],
  ['#/lobby/042', { channel: 'lobby/042' }],
  ['#/42', { channel: '42' }],
])('The address part %j names the place %j', (hash, place) => {
  expect(placeOfHash(hash)).toEqual(place)
})

test.each([
  { channel: 'lobby' },
  { channel: 'a b' },
  { channel: 'ä#?/' },
  { channel: 'a/7' },
  { channel: 'lobby', position: 9_007_199_254_740_991 },
])('The place %j is the same after its address was read', (place) => {
  expect(placeOfHash(hashOfPlace(place))).toEqual(place)
})

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
  expect(hashOfPlace({ channel: 'rooms.berlin' })).toBe('#/rooms.berlin')
  expect(hashOfPlace({ channel: 'a/b#c?d e' })).toBe('#/a%2Fb%23c%3Fd%20e')
})
