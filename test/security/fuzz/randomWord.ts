import type { Random } from '../../model/random.ts'

/** What means something to somebody on the way. */
const NASTY = [
  '\x00',
  '\x01',
  '\r',
  '\n',
  '\t',
  '\x1b[31m',
  '\x7f',
  '\x80',
  '\xff',
  '%',
  '%00',
  '%0a',
  '%0d%0aX:1',
  '%ff',
  '%c0%af',
  '..',
  '//',
  '/../',
  ';',
  '?',
  '#',
  '&',
  '=',
  '+',
  '"',
  "'",
  '\\',
  '<',
  '>',
  '{',
  '}',
  '[',
  ']',
  '|',
  '^',
  '`',
  '\xc3\xa9',
  '%E2%80%AE',
  '%F0%9F%98%80',
  '__proto__',
  'constructor',
  'NaN',
  '-1',
  '0',
  '1e3',
  '9007199254740993',
  '99999999999999999999',
  '0x10',
  'true',
  'null',
  'undefined',
  '*',
  '..%2f',
  '%2e%2e',
  '%25',
  '$SYS',
  '+/#',
  'chunked',
  'text/event-stream',
  'gzip',
  'close',
  '127.0.0.1, ::1',
  '2001:db8::1',
]
const PLAIN = 'abcXYZ019_-.'.split('')
const PRINTABLE = Array.from({ length: 95 }, (_, at) => String.fromCodePoint(32 + at))

/** A word in bytes (latin1): plain, odd, or very long. */
export function randomWord(random: Random): string {
  const kind = random.next()
  const many = (most: number, make: () => string) =>
    Array.from({ length: random.between(1, most) }, make).join('')
  if (kind < 0.45) return many(12, () => random.pick(PLAIN))
  if (kind < 0.75) return many(8, () => random.pick(random.chance(0.5) ? NASTY : PRINTABLE))
  if (kind < 0.85) {
    return random
      .pick(['a', 'A', '.'])
      .repeat(random.pick([1, 127, 128, 129, 255, 1_000, 4_000, 9_000]))
  }
  return random.pick(NASTY)
}
