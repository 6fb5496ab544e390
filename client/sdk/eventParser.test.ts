import { expect, test } from '@jest/globals'
import { EventParser } from './eventParser.ts'

/** What a parser reads of these chunks: events in short, and waits. */
function read(...chunks: string[]): string[] {
  const seen: string[] = []
  const parser = new EventParser({
    event: ({ name, data, id }) => seen.push(`${name}|${data}|${id}`),
    retry: (ms) => seen.push(`retry ${ms}`),
  })
  for (const chunk of chunks) parser.feed(chunk)
  return seen
}

test.each([
  ['a message', 'data: hi\n\n', ['message|hi|']],
  ['a named event with an id', 'event: ready\ndata: {}\nid: ep-4\n\n', ['ready|{}|ep-4']],
  ['fields without a space', 'event:ready\ndata:{}\nid:ep-4\n\n', ['ready|{}|ep-4']],
  ['only the first space as no part of the value', 'data:  x \n\n', ['message| x |']],
  ['several lines of data', 'data: a\ndata\ndata: b\n\n', ['message|a\n\nb|']],
  [
    'an id that stays for later events',
    'id: 7\ndata: a\n\ndata: b\n\n',
    ['message|a|7', 'message|b|7'],
  ],
  ['an empty id as none', 'id: 7\ndata: a\n\nid\ndata: b\n\n', ['message|a|7', 'message|b|']],
  ['no id with a NUL', 'id: 7\ndata: a\n\nid: \0\ndata: b\n\n', ['message|a|7', 'message|b|7']],
  ['a wait', 'retry: 1500\ndata: a\n\n', ['retry 1500', 'message|a|']],
  ['no wait that is no number', 'retry: 1e3\nretry: -1\nretry:\n\n', []],
  ['no event without data, whose name is forgotten', 'event: x\n\ndata: a\n\n', ['message|a|']],
  ['comments and unknown fields as nothing', ':ok\nfoo: bar\ndata: a\n\n', ['message|a|']],
  ['a mark of the byte order as nothing', '\uFEFFdata: a\n\n', ['message|a|']],
  ['nothing of an event without its end', 'data: a\n', []],
])('A parser reads %s', (_what, text, seen) => {
  expect(read(text)).toEqual(seen)
  expect(read(...Array.from(text))).toEqual(seen)
})

const LINES = 'retry: 5\nid: 1\ndata: a\ndata: b\n\nevent: c\ndata: d\n\n'

test.each(['\n', '\r', '\r\n'])(
  'A parser takes %j for the end of a line, wherever a chunk ends',
  (end) => {
    const text = LINES.replaceAll('\n', end)
    const whole = read(text, ':\n')
    expect(whole).toEqual(['retry 5', 'message|a\nb|1', 'c|d|1'])
    for (let cut = 0; cut <= text.length; cut += 1) {
      expect(read(text.slice(0, cut), text.slice(cut), ':\n')).toEqual(whole)
    }
  },
)

test('A text of line separators of Unicode is one line', () => {
  expect(read('data: a\u2028b\u0085c\n\n')).toEqual(['message|a\u2028b\u0085c|'])
})

test.each([
  ['a line', () => 'x'.repeat(2 ** 16)],
  ['an event', () => `data: ${'x'.repeat(2 ** 16)}\n`],
])('%s without an end is given up before it fills the memory', (_what, chunk) => {
  const parser = new EventParser({ event: () => {}, retry: () => {} })
  expect(() => {
    for (let chunks = 0; chunks < 100; chunks += 1) parser.feed(chunk())
  }).toThrow(RangeError)
})
