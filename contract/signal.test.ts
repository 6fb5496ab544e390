import { expect, test } from '@jest/globals'
import {
  allSignalsFilter,
  encodeSignal,
  signalTime,
  signalTopic,
  signalTopicChannel,
} from './signal.ts'

const SIGNAL = {
  channel: 'rooms.a',
  type: 'typing',
  sender: { id: 'user:alice', name: 'Al "ice"' },
  data: '{"n":1.10}',
  sentAt: '2026-11-21T19:33:02.123Z',
}

test('A signal is one line of JSON, and its data stays as it was written', () => {
  const json = encodeSignal(SIGNAL)
  expect(JSON.parse(json)).toEqual({ ...SIGNAL, data: { n: 1.1 } })
  expect(json).toContain('1.10')
  expect(signalTime(json)).toBe(Date.parse(SIGNAL.sentAt))
})

test.each([
  '',
  '{}',
  '{"sentAt":"2026"}',
  `${encodeSignal(SIGNAL)}\n`,
  encodeSignal(SIGNAL).replace(',', ',\n'),
])('Nothing else has a time: %j', (text) => {
  expect(signalTime(text)).toBeNaN()
})

test('Each channel has a topic for its signals, and no other topic is one', () => {
  expect(signalTopic('causeway', 'rooms.a')).toBe('causeway/signals/rooms/a')
  expect(allSignalsFilter('causeway')).toBe('causeway/signals/#')
  expect(signalTopicChannel('causeway', 'causeway/signals/rooms/a')).toBe('rooms.a')
  const others = ['causeway/channels/a', 'causeway/signals/', 'causeway/signals/a.b', 'x/signals/a']
  expect(others.map((topic) => signalTopicChannel('causeway', topic))).toEqual(
    Array(4).fill(undefined),
  )
})
