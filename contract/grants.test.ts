import { describe, expect, test } from '@jest/globals'
import { covers, formatGrant, isAllowed, isPattern, parseGrant } from './grants.ts'

const PATTERNS: [pattern: string, channel: string, matches: boolean][] = [
  ['lobby', 'lobby', true],
  ['lobby', 'lobby.a', false],
  ['lobby', 'lobb', false],
  ['*', 'lobby', true],
  ['*', 'a.b', false],
  ['**', 'a', true],
  ['**', 'a.b.c', true],
  ['rooms.*', 'rooms.a', true],
  ['rooms.*', 'rooms', false],
  ['rooms.*', 'rooms.a.b', false],
  ['rooms.**', 'rooms', false],
  ['rooms.**', 'rooms.a.b', true],
  ['*.alerts', 'berlin.alerts', true],
  ['*.alerts', 'berlin.alert', false],
  ['own.{sub}', 'own.user-alice', true],
  ['own.{sub}', 'own.user-bob', false],
  ['own.{sub}', 'own.alice', false],
  ['own.{sub}.**', 'own.user-alice.x.y', true],
  ['own.device-alice', 'own.user-alice', false],
]

describe('a pattern', () => {
  test.each(PATTERNS)('"%s" and the channel "%s": %s', (pattern, channel, expected) => {
    expect(covers(pattern, channel, 'user:alice')).toBe(expected)
  })

  test('with {sub} matches nothing for a principal whose id is no segment', () => {
    for (const principal of ['user:a.b', 'user:a@b', 'alice', 'nobody:alice', '']) {
      expect(covers('own.{sub}', 'own.user-a.b', principal)).toBe(false)
      expect(covers('own.{sub}', 'own.undefined', principal)).toBe(false)
    }
  })

  test.each([
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    '**.a',
    'a.**.b',
    'a*',
    '{sub',
    '{id}',
    'ä',
    'a b',
    'a/b',
    '***',
  ])('"%s" is none', (text) => {
    expect(isPattern(text)).toBe(false)
  })

  test('longer than the longest channel is none', () => {
    expect(isPattern('a'.repeat(128))).toBe(true)
    expect(isPattern('a'.repeat(129))).toBe(false)
  })
})

test.each([
  ['**', '_.direct.x', false],
  ['*.**', '_.direct.x', false],
  ['*', '_', false],
  ['**', '_.direct.**', false],
  ['**', '_a', true],
  ['**', '**', true],
  ['_.**', '_.direct.x', true],
  ['_.direct.x', '_.direct.x', true],
])(
  'A grant on %s reaches %s: %s, because hidden channels must be named',
  (pattern, channel, expected) => {
    expect(isAllowed([{ pattern, actions: ['read'] }], 'read', channel, 'user:alice')).toBe(
      expected,
    )
  },
)

describe('a grant', () => {
  test.each([
    'read lobby',
    'read,write rooms.**',
    'read,write,moderate,admin **',
    'admin own.{sub}',
  ])('"%s" is read and written alike', (text) => {
    const grant = parseGrant(text)
    expect(grant && formatGrant(grant)).toBe(text)
  })

  test.each([
    '',
    'read',
    'read ',
    ' lobby',
    'read  lobby',
    'own lobby',
    'read,read lobby',
    'read,x a',
    'READ a',
    'read a b',
  ])('"%s" is none', (text) => {
    expect(parseGrant(text)).toBeUndefined()
  })

  test('allows its own actions only, and nothing is allowed without one', () => {
    const grants = [parseGrant('read a.*'), parseGrant('write a.b')].flatMap((each) => each ?? [])
    expect(isAllowed(grants, 'read', 'a.c', 'user:x')).toBe(true)
    expect(isAllowed(grants, 'write', 'a.c', 'user:x')).toBe(false)
    expect(isAllowed(grants, 'write', 'a.b', 'user:x')).toBe(true)
    expect(isAllowed(grants, 'admin', 'a.b', 'user:x')).toBe(false)
    expect(isAllowed([], 'read', 'a.b', 'user:x')).toBe(false)
  })
})

/** Every name of at most three segments over two words. */
const WORDS = ['a', 'user-x']
const NAMES = WORDS.flatMap((one) => [
  one,
  ...WORDS.flatMap((two) => [`${one}.${two}`, ...WORDS.map((three) => `${one}.${two}.${three}`)]),
])
const PARTS = ['a', 'user-x', '*', '{sub}']
const ALL_PATTERNS = [
  '**',
  ...PARTS,
  ...PARTS.flatMap((one) => [`${one}.**`, ...PARTS.map((two) => `${one}.${two}`)]),
]

/** A second way to say what a pattern means: as a regular expression. */
function asRegExp(pattern: string): RegExp {
  const source = pattern
    .replaceAll('.', '\\.')
    .replaceAll('{sub}', 'user-x')
    .replace(/\*\*$/, '.+')
    .replaceAll(/(?<![.+])\*/g, '[^.]+')
    .replaceAll(/\\\.\*/g, '\\.[^.]+')
  return new RegExp(`^${source}$`)
}

test('Every pattern matches exactly the names that its regular expression matches', () => {
  for (const pattern of ALL_PATTERNS) {
    for (const name of NAMES) {
      expect([pattern, name, covers(pattern, name, 'user:x')]).toEqual([
        pattern,
        name,
        asRegExp(pattern).test(name),
      ])
    }
  }
})

test('A pattern that covers another matches all that the other matches, whoever asks', () => {
  const wrong = ALL_PATTERNS.flatMap((outer) =>
    ALL_PATTERNS.filter((inner) => covers(outer, inner, 'user:x')).flatMap((inner) =>
      ['user:x', 'user:a', 'device:x'].flatMap((other) =>
        NAMES.filter((name) => covers(inner, name, other) && !covers(outer, name, 'user:x')),
      ),
    ),
  )
  expect(wrong).toEqual([])
  expect(covers('a.**', 'a.{sub}', 'user:x')).toBe(true)
})
