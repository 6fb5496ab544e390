import { describe, expect, test } from '@jest/globals'
import { Causeway } from './causeway.ts'
import { fakeTime } from './fakeTimeFixture.ts'
import { Presence, presenceOf } from './presence.ts'

const { newest } = fakeTime()
const ALICE = { id: 'user:alice', name: 'Alice' }
const BOB = { id: 'user:bob', name: 'Bob' }
const channel = 'a'

describe('the presence of a channel', () => {
  test('is not known before the first event', () => {
    const presence = new Presence()
    expect([presence.count, presence.people]).toEqual([undefined, undefined])
  })

  test('is a list by names, and follows who comes and leaves', () => {
    const presence = new Presence()
    presence.receive({ channel, count: 1, people: [BOB] })
    presence.receive({ channel, count: 2, joined: [ALICE], left: [] })
    expect([presence.count, presence.people]).toEqual([2, [ALICE, BOB]])
    const renamed = { ...ALICE, name: 'Zoe' }
    presence.receive({ channel, count: 1, joined: [renamed], left: ['user:bob', 'user:none'] })
    expect([presence.count, presence.people]).toEqual([1, [renamed]])
  })

  test('is only a number if there are too many, until everybody is named again', () => {
    const presence = new Presence()
    presence.receive({ channel, count: 1, people: [BOB] })
    presence.receive({ channel, count: 500 })
    expect([presence.count, presence.people]).toEqual([500, undefined])
    // A change of a list that nobody has.
    presence.receive({ channel, count: 2, joined: [ALICE], left: [] })
    expect([presence.count, presence.people]).toEqual([2, undefined])
    presence.receive({ channel, count: 1, people: [ALICE] })
    expect(presence.people).toEqual([ALICE])
  })
})

test('Who is there can be asked without a stream', async () => {
  const asked = presenceOf(new Causeway({ base: 'https://chat.example/' }), ['a', 'b.c'])
  const request = newest()
  expect(request.url.href).toBe('https://chat.example/presence?channel=a&channel=b.c')
  const channels = [{ channel: 'a', count: 1, people: [BOB] }]
  request.answer({ channels })
  expect(await asked).toEqual(channels)
})
