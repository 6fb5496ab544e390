import { describe, expect, test } from '@jest/globals'
import { encodeMessage } from './message.ts'
import {
  escapeLineEnds,
  eventBytes,
  isSurelyWithin,
  renderMessageEvent,
  sentAt,
  type Unplaced,
} from './messageEvent.ts'

const MESSAGE: Unplaced = {
  id: '0193512a-0000-7000-8000-000000000001',
  channel: 'rooms.berlin',
  type: 'message',
  sender: { id: 'alice', name: 'Alice' },
  data: '{"text":"hi"}',
}

describe('JSON without Unicode’s line ends', () => {
  test.each([
    '\u0085',
    '\u2028',
    '\u2029',
    'a\u2028\u2029\u0085b',
    '\\u2028 \\\u2028',
    'ä€👋\ufeff',
    '\n',
  ])('means the same as %j, and is one line by any rule', (text) => {
    const json = escapeLineEnds(JSON.stringify({ [text]: text }))
    expect(JSON.parse(json)).toEqual({ [text]: text })
    expect(json).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
  })
})

describe('the event of a message', () => {
  const stored = '2026-11-21T19:33:02.123Z'

  test('tells when it was stored, whatever its data say', () => {
    const lookalike = '{"sentAt":"1999-01-01T00:00:00.000Z"}'
    const message = { ...MESSAGE, data: lookalike, position: 7, previous: 3, sentAt: stored }
    expect(sentAt(renderMessageEvent('e1-7', encodeMessage(message)))).toBe(Date.parse(stored))
  })

  test('that does not end as messages do tells no time', () => {
    expect(sentAt(renderMessageEvent('e1-7', '{}'))).toBeNaN()
    expect(sentAt('')).toBeNaN()
  })
})

describe('the size of a message as an event', () => {
  test('is its bytes with the longest positions and epoch', () => {
    const event =
      'data:{"position":9007199254740991,"previous":9007199254740991,' +
      '"id":"0193512a-0000-7000-8000-000000000001","channel":"rooms.berlin","type":"message",' +
      '"sender":{"id":"alice","name":"Alice"},"data":{"text":"hi"},"sentAt":"2026-11-21T19:33:02.123Z"}\n' +
      'id:zzzzzzzzzzzzzzzz-9007199254740991\n\n'
    expect(eventBytes(MESSAGE)).toBe(event.length)
  })

  test.each([
    ['a', 1],
    ['ä', 2],
    ['€', 3],
    ['👋', 4],
    ['\u2028', 6],
    ['\u2029', 6],
    ['\u0085', 6],
  ])('grows with each %j by %d bytes, in data and name alike', (text, bytes) => {
    const { name } = MESSAGE.sender
    const inData = { ...MESSAGE, data: MESSAGE.data.replace('hi', `hi${text}`) }
    const inName = { ...MESSAGE, sender: { id: 'alice', name: name + text } }
    expect(eventBytes(inData) - eventBytes(MESSAGE)).toBe(bytes)
    expect(eventBytes(inName) - eventBytes(MESSAGE)).toBe(bytes)
  })

  test.each(['a', '"', '\\', 'ä', '👋', '\u2028', '\u0085'])(
    'is never above what it surely is within, also in a message full of %j',
    (text) => {
      const about = { position: Number.MAX_SAFE_INTEGER, as: 'unreaction' } as const
      for (const count of [0, 1, 20, 1_000]) {
        const sender = { id: 'i'.repeat(64), name: text.repeat(Math.min(count, 64)) }
        const data = JSON.stringify(text.repeat(count))
        const message = { ...MESSAGE, about, sender, data }
        const least = Array.from({ length: 20_000 }, (_, bytes) => bytes).find((bytes) =>
          isSurelyWithin(bytes, message),
        )
        expect(least).toBeGreaterThanOrEqual(eventBytes(message))
      }
    },
  )
})
