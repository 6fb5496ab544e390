import { describe, expect, test } from '@jest/globals'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { encodeMessage } from '../../contract/message.ts'
import { entry, idAt } from '../../test/support/testRedis.ts'
import { idOf, renderControl, renderMessage } from './frame.ts'

/** What a browser makes of it, however it is cut into chunks on its way. */
function parse(text: string, chunks = 1): (EventSourceMessage | number)[] {
  const events: (EventSourceMessage | number)[] = []
  const parser = createParser({
    onEvent: (event) => void events.push(event),
    onRetry: (ms) => void events.push(ms),
    onError: (error) => {
      throw error
    },
  })
  const size = Math.ceil(text.length / chunks)
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

/** Characters at which some reader ends a line, whatever SSE says; Python's know all of these. */
const LINE_ENDS = [
  '\n',
  '\r',
  '\v',
  '\f',
  '\u001c',
  '\u001d',
  '\u001e',
  '\u0085',
  '\u2028',
  '\u2029',
]

const sizeOf = (text: string): number =>
  renderMessage('e1', entry(1, 0, 'a', JSON.stringify(text))).size

describe('a message', () => {
  test.each(HOSTILE)('with %s reaches its reader as it was', (_name, text) => {
    const one = entry(7, 3, 'a', JSON.stringify({ text }))
    const frame = renderMessage('e1', one)
    expect(frame).toMatchObject({ position: 7, previous: 3, channel: 'a' })
    for (const chunks of [1, 7]) {
      const [event, ...more] = parse(frame.text, chunks)
      expect([event, more]).toMatchObject([{ id: 'e1-7', event: undefined }, []])
      const { data } = typeof event === 'object' ? event : { data: '' }
      expect(JSON.parse(data)).toEqual(JSON.parse(one.json))
      expect(JSON.parse(data)).toMatchObject({ data: { text } })
    }
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
    const { text } = renderMessage('e1', { position: 1, previous: 0, id: 'x', channel: 'a', json })
    const [event] = parse(text)
    expect(event).toMatchObject({ id: 'e1-1', event: undefined })
    expect(JSON.parse(typeof event === 'object' ? event.data : '')).toEqual(JSON.parse(json))
  })

  test.each(HOSTILE)('with %s is two lines, its data before its id', (_name, text) => {
    const frame = renderMessage('e1', entry(7, 3, 'a', JSON.stringify({ text })))
    const [data, id, ...end] = frame.text.split('\n')
    expect([id, ...end]).toEqual(['id:e1-7', '', ''])
    expect(data?.startsWith('data:{')).toBe(true)
    expect(LINE_ENDS.filter((one) => data?.includes(one))).toEqual([])
  })

  test.each([
    ['nothing', '"x"'],
    ['ids', '{"id":"not this","more":[{"id":"nor this"}]}'],
    ['characters that are escaped', '{"id":"\u2028"}'],
  ])('with %s in its data keeps its own id', (_name, data) => {
    expect(idOf(renderMessage('e1', entry(7, 3, 'a', data)))).toBe(idAt(7))
  })

  test('without such characters stays as it was acknowledged', () => {
    const one = entry(7, 3, 'a', '{"text":"é 👩‍🚀"}')
    expect(renderMessage('e1', one).text).toBe(`data:${one.json}\nid:e1-7\n\n`)
  })

  test('is counted with the bytes of its text: two for each character if one is not Latin', () => {
    const overhead = sizeOf('x') - renderMessage('e1', entry(1, 0, 'a', '"x"')).text.length
    expect(overhead).toBeGreaterThan(0)
    expect(sizeOf('x'.repeat(1_001)) - sizeOf('x')).toBe(1_000)
    expect(sizeOf('€'.repeat(1_001)) - sizeOf('€')).toBe(2_000)
    expect(sizeOf(`${'x'.repeat(1_000)}€`) - sizeOf('€')).toBe(2_000)
  })
})

describe('a control event', () => {
  const ready = { position: 6, complete: true, channels: { a: { head: 7 } } }
  const gap = { channel: 'a', after: 7, before: 9, reason: 'retention' } as const

  test('among others has its own parts, in order', () => {
    const text = [
      renderControl('ready', ready, { id: 'e1-6', retryMs: 1_234.5 }),
      renderMessage('e1', entry(7, 3)).text,
      renderControl('gap', gap),
      renderControl('heartbeat', { position: 9 }, { id: 'e1-9' }),
      renderControl('heartbeat', { position: 9 }, { id: 'e1-9' }),
      renderControl('heartbeat', { position: 9 }, { id: 'e2-9' }),
      renderControl('heartbeat', { position: 10 }, { id: 'e2-10' }),
      renderControl('goodbye', { reason: 'shutdown' }, { id: 'e2-10', retryMs: 0 }),
      renderControl('goodbye', { reason: 'shutdown' }, { id: 'e2-10', retryMs: 7 }),
      renderControl('goodbye', { reason: 'shutdown' }),
      renderControl('goodbye', { reason: 'reset' }),
    ].join('')
    expect(parse(text, 50)).toEqual([
      1_235,
      { id: 'e1-6', event: 'ready', data: JSON.stringify(ready) },
      { id: 'e1-7', event: undefined, data: entry(7, 3).json },
      { id: undefined, event: 'gap', data: JSON.stringify(gap) },
      { id: 'e1-9', event: 'heartbeat', data: '{"position":9}' },
      { id: 'e1-9', event: 'heartbeat', data: '{"position":9}' },
      { id: 'e2-9', event: 'heartbeat', data: '{"position":9}' },
      { id: 'e2-10', event: 'heartbeat', data: '{"position":10}' },
      0,
      { id: 'e2-10', event: 'goodbye', data: '{"reason":"shutdown"}' },
      7,
      { id: 'e2-10', event: 'goodbye', data: '{"reason":"shutdown"}' },
      { id: undefined, event: 'goodbye', data: '{"reason":"shutdown"}' },
      { id: undefined, event: 'goodbye', data: '{"reason":"reset"}' },
    ])
  })

  test.each([
    ['with a retry', renderControl('ready', ready, { id: 'e1-6', retryMs: 2_000 })],
    ['without an id', renderControl('gap', gap)],
    ['with an id', renderControl('gap', gap, { id: 'e1-9' })],
  ])('%s is one block with data, its data before its id', (_what, text) => {
    expect(text.endsWith('\n\n')).toBe(true)
    const blocks = text.split('\n\n').filter((block) => block !== '')
    const fields = blocks[0]?.split('\n').map((line) => line.slice(0, line.indexOf(':'))) ?? []
    expect([blocks.length, fields.filter((name) => name === 'data')]).toEqual([1, ['data']])
    const last = fields.includes('id') ? 'id' : 'data'
    expect(fields.at(-1)).toBe(last)
  })
})
