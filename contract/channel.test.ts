import { describe, expect, test } from '@jest/globals'
import { allChannelsFilter, channelTopic, isChannel, topicChannel } from './channel.ts'

const LONGEST = `${'a'.repeat(63)}.${'b'.repeat(64)}`

describe('a name', () => {
  test.each(['lobby', 'a', '0', '-', '_', 'rooms.berlin.alerts', 'A.b-c_9', '-.-', LONGEST])(
    '%j is a channel, and comes back from its topic',
    (name) => {
      expect(isChannel(name)).toBe(true)
      expect(topicChannel('causeway', channelTopic('causeway', name))).toBe(name)
    },
  )

  test.each([
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    'a b',
    ' a',
    'a\n',
    'a\0',
    'a/b',
    '/a',
    'a+',
    '+',
    '#',
    'a.#',
    '$SYS',
    '{0}',
    'a*',
    'a?',
    'a[b]',
    'a%2eb',
    'a:b',
    'ä',
    '\u212a', // The sign of kelvin, which lower-cases to k.
    '١', // A digit, but not one of 0-9.
    `${LONGEST}c`,
    'a'.repeat(129),
  ])('%j is refused', (name) => {
    expect(isChannel(name)).toBe(false)
  })

  test.each([undefined, null, 7, ['a'], { toString: () => 'a' }])(
    '%j is refused, for it is no text',
    (name) => {
      expect(isChannel(name)).toBe(false)
    },
  )
})

describe('a topic', () => {
  test('has a level for each segment', () => {
    expect(channelTopic('causeway', 'rooms.berlin.alerts')).toBe(
      'causeway/channels/rooms/berlin/alerts',
    )
    expect(allChannelsFilter('a/b')).toBe('a/b/channels/#')
    expect(topicChannel('a/b', 'a/b/channels/c/d')).toBe('c.d')
  })

  test.each([
    ['causeway/channels', 'a prefix alone'],
    ['causeway/channels/', 'no name'],
    ['causeway/channels/a.b', 'a dot, which would read as another channel'],
    ['causeway/channels/a.b/c', 'a dot among levels'],
    ['causeway/channels//a', 'an empty first level'],
    ['causeway/channels/a/', 'an empty last level'],
    ['causeway/channels/a//b', 'an empty level between'],
    ['causeway/channels/a b', 'a space'],
    ['causeway/channels/ä', 'another alphabet'],
    [`causeway/channels/${'a/'.repeat(64)}a`, 'too many bytes'],
    ['causeway/publish/a', 'another kind'],
    ['causeway2/channels/a', 'another prefix'],
    ['/causeway/channels/a', 'a level before the prefix'],
    ['Causeway/channels/a', 'a prefix in other case'],
    ['$SYS/broker/uptime', 'the broker itself'],
  ])('%j is of no channel: %s', (topic) => {
    expect(topicChannel('causeway', topic)).toBe(undefined)
  })
})
