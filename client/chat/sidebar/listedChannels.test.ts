import { expect, test } from '@jest/globals'
import { byTitle, matching } from './listedChannels.ts'

const channel = (title: string, name = title) =>
  ({ name, title, kind: 'public', unread: 0, last: undefined }) as const

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
