import { expect, test } from '@jest/globals'
import { aMessage } from '../../sdk/messageFixture.ts'
import { type ListedChannel, byTitle, listedChannel, matching } from './listedChannels.ts'

const NOTHING = { entries: new Map(), markers: new Map(), profiles: new Map() }

const channel = (title: string, name = title): ListedChannel => ({
  ...listedChannel(name, NOTHING, 'user:me'),
  title,
})

test('A channel is found by its title or name; those that begin so come first', () => {
  const all = ['berlin', 'rooms.berlin', 'tides'].map((name) => channel(name))
  const board = channel('Board', '_private.k3')
  const found = (text: string) => matching([...all, board], text).map(({ title }) => title)
  expect(found(' #Berl')).toEqual(['berlin', 'rooms.berlin'])
  expect(found('oar')).toEqual(['Board'])
  expect(found('_private')).toEqual(['Board'])
  expect(found('')).toHaveLength(4)
})

test('Channels stand as people sort', () => {
  const sorted = ['room10', 'Room2', 'äther', 'Zug'].map((name) => channel(name)).sort(byTitle)
  expect(sorted.map(({ title }) => title)).toEqual(['äther', 'Room2', 'room10', 'Zug'])
})

test('A channel is put together from the list, what was read of it, and how people call it', () => {
  const last = aMessage({ position: 7 })
  const marker = { channel: 'a', position: 3, head: 7, unread: 2, last }
  const entry = { name: 'a', head: 5, messages: 5, occupancy: 1, last: aMessage({ position: 5 }) }
  const profile = {
    name: 'a',
    kind: 'public',
    title: 'All',
    topic: 'Tides',
    role: 'member',
  } as const
  const known = {
    entries: new Map([['a', entry]]),
    markers: new Map([['a', marker]]),
    profiles: new Map([['a', profile]]),
  }
  expect(listedChannel('a', known, 'user:me')).toEqual({
    name: 'a',
    title: 'All',
    topic: 'Tides',
    kind: 'public',
    followed: true,
    unread: 2,
    last,
  })
  expect(listedChannel('b', known, 'user:me')).toMatchObject({ title: 'b', followed: false })
})

test('A direct message is called by the others in it', () => {
  const people = ['me', 'bob', 'eve'].map((id) => ({ principal: `user:${id}`, name: id }))
  const name = '_direct.k3'
  const profile = { name, kind: 'direct', title: '', topic: '', role: 'member', people } as const
  const known = { ...NOTHING, profiles: new Map([[name, profile]]) }
  expect(listedChannel(name, known, 'user:me')).toMatchObject({
    title: 'bob, eve',
    kind: 'direct',
    followed: true,
  })
})
