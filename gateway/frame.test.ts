import { describe, expect, test } from '@jest/globals'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { encodeMessage } from '../contract/message.ts'
import { entry } from '../test/support/testRedis.ts'
import { renderControl, renderHeartbeat, renderMessage, renderRetry, sentAt } from './frame.ts'

/** What a browser makes of it, however it is cut into pieces on its way. */
function parse(text: string, pieces = 1): (EventSourceMessage | number)[] {
  const events: (EventSourceMessage | number)[] = []
  const parser = createParser({
    onEvent: (event) => void events.push(event),
    onRetry: (ms) => void events.push(ms),
    onError: (error) => {
      throw error
    },
  })
  const size = Math.ceil(text.length / pieces)
  for (let start = 0; start < text.length; start += size) {
    parser.feed(text.slice(start, start + size))
  }
  return events
}

const HOSTILE: [name: string, text: string][] = [
  ['line feeds', 'a\nb\n\nc\r\nd\re'],
  ['an event of its own', '\n\nevent: reset\ndata: {}\n\n'],
  ['fields', 'data: x\nid: e9-9\nretry: 1\n: comment'],
  ['line separators', '\u2028\u2029\u0085\u000b\u000c'],
  ['a byte order mark', '\ufeffx'],
  ['control characters', '\u0000\u0001\u001b[31m'],
  ['quotes', '"\\"\\\\'],
  ['emoji', '👩‍🚀'.repeat(100)],
  ['nothing', ''],
  ['a space in front', ' x'],
  ['64 KB of escaped line feeds', '\n'.repeat(32_768)],
]

describe('a message', () => {
  test.each(HOSTILE)('with %s reaches its reader as it was', (_name, text) => {
    const one = entry(7, 3, 'a', JSON.stringify({ text }))
    const frame = renderMessage('e1', one)
    expect(frame).toMatchObject({ position: 7, previous: 3, channel: 'a' })
    for (const pieces of [1, 7]) {
      expect(parse(frame.text, pieces)).toEqual([{ id: 'e1-7', event: undefined, data: one.json }])
    }
    expect(JSON.parse(one.json).data).toEqual({ text })
  })

  test('tells when it was stored', () => {
    const stored = '2026-11-21T19:33:02.123Z'
    const lookalike = entry(7, 3, 'a', '{"sentAt":"1999-01-01T00:00:00.000Z"}')
    expect(sentAt(renderMessage('e1', lookalike))).toBe(Date.parse(stored))
  })

  test('that does not end as messages do was stored nobody knows when', () => {
    expect(sentAt(renderMessage('e1', { ...entry(7, 3), json: '{}' }))).toBeNaN()
  })

  test.each(HOSTILE)('of a sender named with %s reaches its reader as it was', (_name, name) => {
    const json = encodeMessage({
      position: 1,
      previous: 0,
      id: 'x',
      channel: 'a',
      type: 'message',
      sender: { id: 'a', name },
      data: '1',
      sentAt: '2026-11-21T19:33:02.123Z',
    })
    const { text } = renderMessage('e1', { position: 1, previous: 0, channel: 'a', json })
    expect(parse(text)).toEqual([{ id: 'e1-1', event: undefined, data: json }])
  })
})

describe('a stream of frames', () => {
  test('is what it was made of, in order', () => {
    const ready = { position: 6, complete: true, channels: { a: { head: 7 } } }
    const gap = { channel: 'a', after: 7, before: 9, reason: 'retention' } as const
    const text = [
      renderRetry(1_234.5),
      renderControl('ready', ready, 'e1-6'),
      renderMessage('e1', entry(7, 3)).text,
      renderControl('gap', gap),
      renderHeartbeat('e1', 9),
      renderHeartbeat('e1', 9),
      renderHeartbeat('e2', 9),
      renderControl('goodbye', { reason: 'shutdown' }),
    ].join('')
    expect(parse(text, 50)).toEqual([
      1_235,
      { id: 'e1-6', event: 'ready', data: JSON.stringify(ready) },
      { id: 'e1-7', event: undefined, data: entry(7, 3).json },
      { id: undefined, event: 'gap', data: JSON.stringify(gap) },
      { id: 'e1-9', event: 'heartbeat', data: '{"position":9}' },
      { id: 'e1-9', event: 'heartbeat', data: '{"position":9}' },
      { id: 'e2-9', event: 'heartbeat', data: '{"position":9}' },
      { id: undefined, event: 'goodbye', data: '{"reason":"shutdown"}' },
    ])
  })
})
